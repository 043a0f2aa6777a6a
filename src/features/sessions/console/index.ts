// What the pages of other features use.
export { HowToStartRunner } from './NoRunner.tsx'
export { nobodyThere, type Nobody } from './nobody.ts'
export { runnersQuery, sessionChoicesQuery, type Session } from './queries.ts'
export { SessionPage } from './SessionPage.tsx'

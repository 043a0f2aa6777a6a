// What the pages of other features use.
export { CommandWatch } from './CommandWatch.tsx'
export { approvalsQuery, type Command } from './queries.ts'

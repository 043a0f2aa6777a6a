// What the pages of other features use.
export { onGrid, stepFor } from './asked.ts'
export { linesOf } from './lines.ts'
export { unitOf } from './unitOf.ts'

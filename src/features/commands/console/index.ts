// What the pages of other features use.
export { approvalsQuery, readers, useLiveCommands, type Command } from './queries.ts'

export { parseLogql } from './parse.ts'
export { queryLogs, type LogqlOptions, type LogqlResult, type LogqlSpan } from './query.ts'

export type { LogqlExpression } from './ast.ts'
export { parseLogql } from './parse.ts'
export { queryLogs, type LogqlOptions, type LogqlResult, type LogqlSpan, type SampleValue } from './query.ts'

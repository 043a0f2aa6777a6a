export { LogFilterError, type FieldTest, type FilterTerm, type Place } from './ast.ts'
export { isLogql, parseLogFilter } from './parse.ts'
export { logFilterText, termText } from './text.ts'

export { compileLogFilter } from './compile.ts'
export { logFilterHints, type FilterHint } from './hints.ts'

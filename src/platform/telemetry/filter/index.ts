export { compileLogFilter } from './compile.ts'
export { logFilterHints } from './hints.ts'

export { typeOf } from './check.ts'
export { evaluateInstant, evaluateRange } from './evaluate.ts'
export { parsePromql, selectorsOf } from './parse.ts'
export { parsedLately } from './parsedLately.ts'

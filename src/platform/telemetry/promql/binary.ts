import type { Binary } from './ast.ts'
import { isSetOperator } from './ast.ts'
import { typeOf } from './check.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import type { Grid } from './grid.ts'
import { emitMatched, signatureOf } from './match.ts'
import { differWithoutName } from './names.ts'
import { operationOf } from './operators.ts'
import { emitCombined } from './setOperators.ts'
import { isEmpty, nameless } from './stepSeries.ts'

export async function scalarOf(evaluator: Evaluator, binary: Binary, grid: Grid): Promise<Float64Array> {
  const left = await evaluator.scalar(binary.left, grid)
  const right = await evaluator.scalar(binary.right, grid)
  const { value } = operationOf(binary)
  return left.map((one, step) => value(one, right[step]!))
}

export async function eachOfBinary(evaluator: Evaluator, binary: Binary, grid: Grid, emit: Emit): Promise<void> {
  const { op, left, right, matching } = binary
  if (typeOf(left) === 'scalar' || typeOf(right) === 'scalar') return eachWithScalar(evaluator, binary, grid, emit)
  const sides = { left: await evaluator.all(left, grid), right: await evaluator.all(right, grid) }
  if (isSetOperator(op)) await emitCombined(evaluator.execution, op, sides, signatureOf(matching), grid.count, emit)
  else await emitMatched(evaluator.execution, binary, sides, grid.count, emit)
}

async function eachWithScalar(evaluator: Evaluator, binary: Binary, grid: Grid, emit: Emit): Promise<void> {
  const isSwapped = typeOf(binary.left) === 'scalar'
  const vector = isSwapped ? binary.right : binary.left
  const scalars = await evaluator.scalar(isSwapped ? binary.left : binary.right, grid)
  const { value, keeps, dropsName } = operationOf(binary)
  const unnamed = nameless(!differWithoutName(vector), emit)
  await evaluator.each(vector, grid, (series) => {
    const { values, present } = series
    for (let step = 0; step < grid.count; step++) {
      if (present[step] === 0) continue
      const left = isSwapped ? scalars[step]! : values[step]!
      const right = isSwapped ? values[step]! : scalars[step]!
      // A comparison keeps the value of the vector, on whichever side that is.
      if (keeps) present[step] = keeps(left, right) ? 1 : 0
      else values[step] = value(left, right)
    }
    if (isEmpty(present)) return
    if (dropsName) unnamed.add(series)
    else emit(series)
  })
  unnamed.end()
}

import type { SetOperator } from './ast.ts'
import type { Emit } from './evaluator.ts'
import type { Execution } from './execution.ts'
import { Distinct, isEmpty, type StepSeries } from './stepSeries.ts'

interface Sides {
  left: StepSeries[]
  right: StepSeries[]
}

/** What stays of each side is decided at every step by the signatures that the other side has there. */
export async function emitCombined(
  execution: Execution,
  op: SetOperator,
  { left, right }: Sides,
  signatureOf: (series: StepSeries) => string,
  count: number,
  emit: Emit,
): Promise<void> {
  if (op !== 'or') {
    const there = await presenceOf(execution, right, signatureOf, count)
    for (const series of left) keepWhere(series, there.get(signatureOf(series)), op === 'and', emit)
    return
  }
  const distinct = new Distinct()
  const there = await presenceOf(execution, left, signatureOf, count)
  for (const series of left) distinct.add(series)
  for (const series of right) keepWhere(series, there.get(signatureOf(series)), false, (kept) => distinct.add(kept))
  distinct.all().forEach(emit)
}

/** Where there is any series of a signature. */
async function presenceOf(
  execution: Execution,
  series: StepSeries[],
  signatureOf: (series: StepSeries) => string,
  count: number,
): Promise<Map<string, Uint8Array>> {
  const bySignature = new Map<string, Uint8Array>()
  for (const one of series) {
    if (execution.isDue) await execution.pause()
    const signature = signatureOf(one)
    const there = bySignature.get(signature) ?? new Uint8Array(count)
    for (let step = 0; step < count; step++) if (one.present[step] === 1) there[step] = 1
    bySignature.set(signature, there)
  }
  return bySignature
}

/** Leaves of a series what is where the others are, or with `wanted` false where they are not. */
function keepWhere(series: StepSeries, others: Uint8Array | undefined, wanted: boolean, emit: Emit): void {
  const { present } = series
  if (others) {
    for (let step = 0; step < present.length; step++) if ((others[step] === 1) !== wanted) present[step] = 0
  } else if (wanted) return
  if (!isEmpty(present)) emit(series)
}

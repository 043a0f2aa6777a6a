import type { Annotation } from './ui/Chart.tsx'

/** The marks within a span of time, in order; those that stand close together share one word. */
export function readableMarks(
  marks: readonly Annotation[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Annotation[] {
  const roomMs = (toMs - fromMs) / 8
  let labelledAt = -Infinity
  return marks
    .filter(({ at }) => at >= fromMs && at <= toMs)
    .toSorted((a, b) => a.at - b.at)
    .map((mark) => {
      if (mark.at - labelledAt <= roomMs) return { ...mark, label: '' }
      labelledAt = mark.at
      return mark
    })
}

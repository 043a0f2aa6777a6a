import { minuteMs } from '#kernel/time.ts'
import type { Row } from './logLine.ts'

/** Senders may hold lines back for so long. */
const lateMs = minuteMs
/** Well below what is caught up with after a pause, of which these are a part. */
const idsMax = 20_000

/** Which lines were printed, so that going on after a pause neither repeats nor leaves out any. */
export interface SeenLines {
  /** Those of them that were not printed before; they count as printed from now on. */
  fresh(rows: readonly Row[]): Row[]
  /** From when on lines have to be looked for that came while nobody listened, since `heardAt`. In ms. */
  from(heardAt: number): number
}

/** `sinceMs`: what is older was not wanted. */
export function seenLines(sinceMs: number): SeenLines {
  const ids = new Set<string>()
  let floorMs = sinceMs
  let newestMs = sinceMs
  return {
    fresh: (rows) => {
      const fresh = rows.filter(({ id }) => !ids.has(id))
      for (const { id } of fresh) {
        ids.add(id)
        newestMs = Math.max(newestMs, millisecondOf(id))
      }
      for (const id of ids) {
        if (ids.size <= idsMax) break
        ids.delete(id)
        // Of what is forgotten it is not known any more that it was printed. A sender's clock may be ahead.
        floorMs = Math.max(floorMs, Math.min(millisecondOf(id) + 1, Date.now()))
      }
      return fresh
    },
    from: (heardAt) => Math.max(floorMs, Math.min(newestMs, heardAt) - lateMs),
  }
}

/** `<nanoseconds>.<hash>` */
export const millisecondOf = (id: string): number => Number(id.slice(0, id.indexOf('.') - 6))

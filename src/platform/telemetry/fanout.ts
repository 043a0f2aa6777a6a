import type { MetricAppend } from './metrics/metrics.ts'
import { Spool, type SpoolFigures, type SpoolOptions } from './remote/spool.ts'

interface Appends<B, R = unknown> {
  append(batch: B): Promise<R>
  close(): Promise<void>
}

type Outcome = Pick<MetricAppend, 'rejected'>

/** The second store as it stands; figures are of batches. */
export interface Fanout<L> {
  store: L
  figures(): SpoolFigures
}

/**
 * The first store with every batch that it has taken given to the second as well, from a queue on disk. Whatever
 * becomes of the second, the first answers as before: questions are for it alone.
 * The last batches before a crash, of some 50 ms, may be missing in the second.
 */
export function fanout<B, L extends Appends<B>>(
  first: L,
  second: Appends<B, Outcome>,
  options: Omit<SpoolOptions<B>, 'send'>,
): Fanout<L> {
  let isWarned = false
  const send = async (batch: B): Promise<void> => {
    const { rejected } = await second.append(batch)
    if (rejected.length === 0 || isWarned) return
    isWarned = true
    options.warn('The second store refuses part of what it is sent', { rejected })
  }
  const spool = new Spool<B>({ ...options, send })
  return {
    store: {
      ...first,
      append: async (batch: B) => {
        const outcome = await first.append(batch)
        spool.add(batch)
        return outcome
      },
      close: async () => {
        // First, so that nobody waits for an answer of the second that does not come.
        await second.close()
        await spool.close()
        await first.close()
      },
    },
    figures: () => spool.figures(),
  }
}

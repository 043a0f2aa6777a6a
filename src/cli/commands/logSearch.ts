import { logsEndpoints } from '#features/logs/contract.ts'
import type { Api } from '../api.ts'
import type { Row } from './logLine.ts'

export const pageMax = 5_000

export interface Asked {
  /** In the console's grammar, or LogQL. */
  filter: string
  fromMs: number
  /** Undefined: now. */
  toMs: number | undefined
}

const spanOf = ({ filter, fromMs, toMs }: Asked) => ({
  query: filter,
  from: String(fromMs),
  ...(toMs !== undefined && { to: String(toMs) }),
  count_max: 0,
})

/** The newest lines, oldest first; `hasMore` where older ones match as well. */
export async function newest(api: Api, asked: Asked, limit: number): Promise<{ rows: Row[]; hasMore: boolean }> {
  const rows: Row[] = []
  // Pages fit together because the span ends where it did.
  const fixed = { ...asked, toMs: asked.toMs ?? Date.now() + clockSkewMs }
  for (;;) {
    const page = Math.min(pageMax, limit - rows.length)
    const body = { ...spanOf(fixed), limit: page, offset: rows.length }
    const found = await api.call(logsEndpoints.search, { body })
    rows.push(...found.rows)
    if (!found.has_more || rows.length >= limit) return { rows: rows.toReversed(), hasMore: found.has_more }
  }
}

/** Senders' clocks may be ahead of ours. */
const clockSkewMs = 60_000

/** What matches in order of time, page after page, as many pages as told; the last one says whether there is more. */
export async function* forward(
  api: Api,
  asked: Asked,
  pagesMax: number,
): AsyncGenerator<{ rows: Row[]; hasMore: boolean }> {
  for (let page = 0; page < pagesMax; page++) {
    const body = { ...spanOf(asked), direction: 'forward' as const, limit: pageMax, offset: page * pageMax }
    const { rows, has_more } = await api.call(logsEndpoints.search, { body })
    yield { rows, hasMore: has_more }
    if (!has_more) return
  }
}

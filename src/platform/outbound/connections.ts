import { isIP, type LookupFunction } from 'node:net'
import type * as undici from 'undici'
import type { Dispatcher, Pool } from 'undici'

type Undici = typeof undici

interface Options {
  /** PEM; those that Node trusts unless told. */
  certificateAuthorities: string | undefined
  /** Whether a connection is used again. */
  isKept: boolean
  /** To one server at a time. */
  countMax: number
}

/** Connections to addresses that were checked. What was checked for some addresses is never used for others. */
export interface Connections {
  use<T>(origin: string, addresses: readonly string[], work: (dispatcher: Dispatcher) => Promise<T>): Promise<T>
  close(): void
}

export function openConnections({ certificateAuthorities: ca, isKept, countMax }: Options): Connections {
  let kept: { key: string; pool: Pool } | undefined

  const poolTo = ({ Pool }: Undici, origin: string, addresses: readonly string[], connections: number): Pool =>
    new Pool(origin, {
      connections,
      connect: { lookup: only(addresses), autoSelectFamily: true, ...(ca !== undefined && { ca }) },
      allowH2: false,
      // The signal of a request ends everything together.
      connectTimeout: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
    })

  /** Requests that are on their way end by the former pool, but none begins there. */
  const keptTo = (loaded: Undici, origin: string, addresses: readonly string[]): Pool => {
    const key = [origin, ...addresses.toSorted()].join(' ')
    if (kept?.key === key) return kept.pool
    void kept?.pool.close()
    kept = { key, pool: poolTo(loaded, origin, addresses, countMax) }
    return kept.pool
  }

  return {
    use: async (origin, addresses, work) => {
      const loaded = await import('undici')
      if (isKept) return work(keptTo(loaded, origin, addresses))
      const pool = poolTo(loaded, origin, addresses, 1)
      try {
        return await work(pool)
      } finally {
        await pool.destroy()
      }
    },
    close: () => void kept?.pool.destroy(),
  }
}

/** Answers whoever dials with the addresses that were checked, without asking again. */
export const only =
  (addresses: readonly string[]): LookupFunction =>
  (_name, { all }, done) => {
    const known = addresses.map((address) => ({ address, family: isIP(address) }))
    if (all) done(null, known)
    else done(null, known[0]!.address, known[0]!.family)
  }

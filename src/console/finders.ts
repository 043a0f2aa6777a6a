import { call } from './client.ts'
import { hasCode } from './errors.ts'
import { pb } from './paths.ts'

/** A page of the console, as the router takes it. */
export interface Place {
  to: string
  search?: Record<string, unknown>
  hash?: string
}

type Finder = (key: string) => Promise<Place | undefined>

/**
 * What `/go/<kind>/<key>` leads to, for links of messages, chats and the command line that know a name and no page.
 * Undefined where there is no such thing.
 */
const finders: Record<string, Finder> = {
  /** By its fingerprint, then the newest of it; or by its id. */
  alert: async (key) => {
    try {
      const { id } = await call('GET /alerts/active/{alert_id}', { params: { alert_id: key } })
      return { to: pb.alert(id) }
    } catch (error) {
      if (isUnknown(error)) return undefined
      // The page of the alert says what else is wrong: no right to read it, no server.
      return { to: pb.alert(key) }
    }
  },
  request: (key) => linesWith('request_id', key),
  trace: (key) => linesWith('trace_id', key),
}

/** Nothing is called so, or can be. */
export const isUnknown = (error: unknown): boolean =>
  hasCode(error, 'RESOURCE_NOT_FOUND') || hasCode(error, 'VALIDATION_FAILED')

/** Lines are found by what is written in them; that there are none the page of logs says itself. */
async function linesWith(name: string, value: string): Promise<Place> {
  const { termText } = await import('#kernel/logFilter/index.ts')
  const q = termText({ kind: 'field', name, test: { op: '=', values: [value] }, from: 0, to: 0 })
  return { to: pb.logs(), search: { q, from: 'now-7d', to: 'now' } }
}

export const findable: readonly string[] = Object.keys(finders)

/** Undefined where nothing is of that kind, or called so. */
export const find = (kind: string, key: string): Promise<Place | undefined> =>
  Object.hasOwn(finders, kind) ? finders[kind]!(key) : Promise.resolve(undefined)

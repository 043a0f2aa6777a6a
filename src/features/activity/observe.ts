import * as z from 'zod'
import type { PublishedEvent } from '#platform/events/events.ts'
import type { FinishedRequest } from '#platform/http/server.ts'
import type { ActivityEvent } from './store.ts'

const idLengthMax = 128
const lineLengthMax = 255

/** An event without anything but its time and kind. */
export const emptyEvent = {
  event_id: null,
  session_id: null,
  key_id: null,
  method: null,
  route: null,
  status: null,
  duration_ms: null,
  bytes: 0,
  project_id: null,
  address: null,
  detail: null,
}

/** A call of the API as activity; undefined for files, unknown paths and what asks all the time (probes, scrapes). */
export function fromRequest(request: FinishedRequest, apiPrefix: string): ActivityEvent | undefined {
  const { route, rate, status, actor, params } = request
  if (route === null || rate === 'unlimited') return undefined
  return {
    ...emptyEvent,
    at: request.at,
    kind: 'api_call',
    user_id: actor.kind === 'anonymous' ? null : idOf(actor.id),
    session_id: actor.sessionId,
    key_id: idOf(actor.keyId),
    method: request.method,
    route: canonical(route, apiPrefix),
    status,
    duration_ms: Math.round(request.durationMs * 100) / 100,
    bytes: request.bytes,
    // An id that anybody may make up counts only where there is a project behind it.
    project_id: status < 400 ? idOf(params['project_id'] ?? null) : null,
    address: idOf(request.origin.address),
  }
}

/** Both faces are one endpoint. Templates are ours: no line breaks, and short. */
const canonical = (route: string, apiPrefix: string): string =>
  route.startsWith('/api/') && !route.startsWith(`${apiPrefix}/`) ? apiPrefix + route.slice('/api'.length) : route

/** One line that every engine can store. */
const lineOf = (text: string): string =>
  text
    .slice(0, lineLengthMax)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')

const idOf = (text: string | null): string | null => (text === null ? null : text.slice(0, idLengthMax))

const changePayload = z.object({
  actor: z.object({ id: z.string(), kind: z.string() }),
  target: z.object({ kind: z.string(), id: z.string() }),
  session_id: z.string().optional(),
  session_ids: z.array(z.string()).optional(),
  address: z.string().nullable().optional(),
  user_agent: z.string().nullable().optional(),
  project_id: z.string().optional(),
  /** Done to what belongs to the actor. */
  own: z.boolean().optional(),
})

type Change = z.output<typeof changePayload>

const failurePayload = z.object({ user_id: z.string().nullable(), reason: z.string(), address: z.string().nullable() })

/** What a committed change or a failed login says about somebody's activity; undefined when nothing. */
export function fromPublished({ id, topic, at, payload }: PublishedEvent): ActivityEvent | undefined {
  const base = { ...emptyEvent, event_id: id, at }
  if (topic === 'login.failed') {
    const { user_id, reason, address } = failurePayload.parse(payload)
    // The first half of a login in two steps is no failure.
    return reason === 'MFA_REQUIRED'
      ? undefined
      : { ...base, kind: 'login_failed', user_id, address: idOf(address), detail: reason }
  }
  const parsed = changePayload.safeParse(payload)
  return parsed.success ? fromChange(base, topic, parsed.data) : undefined
}

type Base = Omit<typeof emptyEvent, 'event_id'> & Pick<ActivityEvent, 'event_id' | 'at'>

function fromChange(base: Base, topic: string, change: Change): ActivityEvent | undefined {
  const { actor, target, session_id, session_ids, address, user_agent } = change
  const by = { ...base, user_id: idOf(actor.id) }
  if (topic === 'auth.login') {
    return {
      ...by,
      kind: 'login',
      session_id: session_id ?? null,
      address: idOf(address ?? null),
      detail: user_agent ? lineOf(user_agent) : null,
    }
  }
  if (topic === 'auth.logout') return { ...by, kind: 'logout', session_id: session_ids?.[0] ?? null }
  if (topic.startsWith('auth.') || !isPerson(actor) || isOwn(change)) return undefined
  const detail = lineOf(`${topic} ${target.kind} ${target.id}`)
  return { ...by, kind: 'admin_action', project_id: idOf(change.project_id ?? null), detail }
}

/** Commands on the machine itself act as `local`; jobs are nobody. */
const isPerson = ({ kind, id }: Change['actor']): boolean => kind === 'user' || kind === 'api-key' || id === 'local'

/** Administration is what is done to others and to the system. */
const isOwn = ({ actor, target, own }: Change): boolean =>
  own === true || (target.kind === 'user' && target.id === actor.id)

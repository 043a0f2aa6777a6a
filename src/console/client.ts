import type { Reply, Request } from '#kernel/contract.ts'
import type { Api } from './api.ts'
import { apiPath } from './apiPath.ts'
import { ApiError, hasCode, NetworkError } from './errors.ts'
import { reauthenticate } from './reauthentication.ts'
import { refreshSession, sessionEnded } from './session.ts'

export type Route = keyof Api

type Given<R extends Route> = Request<Api[R]> & { signal?: AbortSignal }
type Arguments<R extends Route> = object extends Given<R> ? [given?: Given<R>] : [given: Given<R>]

/** What a call is made of once its types are forgotten. */
interface Sent {
  params?: Record<string, string>
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  signal?: AbortSignal
}

/**
 * Calls the API: `call('POST /admin/users/{id}/approve', { params: { id } })`. Throws ApiError or
 * NetworkError. A token that has run out is renewed and a missing fresh login asked for on the way.
 */
export async function call<R extends Route>(route: R, ...[given]: Arguments<R>): Promise<Reply<Api[R]>> {
  const response = await send(route, given ?? {})
  return (response.status === 204 ? undefined : await response.json()) as Reply<Api[R]>
}

/** One page of a list whose whole length the server tells in `x-total-count`. */
export interface Page<Row> {
  rows: Row[]
  total: number
}

type RowOf<R extends Route> = Reply<Api[R]> extends (infer Row)[] ? Row : never

/** As `call`, for lists: the rows, and how many there are without `limit` and `offset`. */
export async function callPage<R extends Route>(route: R, ...[given]: Arguments<R>): Promise<Page<RowOf<R>>> {
  const response = await send(route, given ?? {})
  const rows = (await response.json()) as RowOf<R>[]
  return { rows, total: Number(response.headers.get('x-total-count') ?? rows.length) }
}

/** Address of a GET operation, for downloads by `<a href download>`. */
export function urlOf<R extends Route>(route: R, ...[given]: Arguments<R>): string {
  return urlFor(route, given ?? {})
}

async function send(route: string, sent: Sent): Promise<Response> {
  try {
    return await sendOnce(route, sent)
  } catch (error) {
    if (hasCode(error, 'REAUTHENTICATION_REQUIRED')) {
      await reauthenticate(error)
      return sendOnce(route, sent)
    }
    if (!hasCode(error, 'TOKEN_EXPIRED', 'UNAUTHENTICATED') || isPublic(route)) throw error
    if (!(await refreshSession())) sessionEnded()
    return sendOnce(route, sent)
  }
}

/** Operations that answer 401 about what was typed, not about the session. */
const isPublic = (route: string): boolean => /^POST \/auth\/(login|setup|refresh|register)$/.test(route)

async function sendOnce(route: string, sent: Sent): Promise<Response> {
  const response = await fetch(urlFor(route, sent), {
    method: route.slice(0, route.indexOf(' ')),
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(sent.body !== undefined && { 'content-type': 'application/json' }) },
    ...(sent.body !== undefined && { body: JSON.stringify(sent.body) }),
    ...(sent.signal && { signal: sent.signal }),
  }).catch((error: unknown) => {
    throw sent.signal?.aborted ? error : new NetworkError(error)
  })
  if (!response.ok) throw await errorOf(response)
  return response
}

async function errorOf(response: Response): Promise<Error> {
  const body = await response.json().catch(() => undefined)
  // A proxy in between answers in its own words.
  if (typeof body?.error?.code !== 'string') return new NetworkError(`${response.status} ${response.statusText}`)
  return new ApiError(response, body.error)
}

function urlFor(route: string, { params = {}, query = {} }: Sent): string {
  const template = route.slice(route.indexOf(' ') + 1)
  const path = template.replace(/\{(\w+)(\*?)\}/g, (_all, name: string, rest: string) =>
    rest ? params[name]!.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(params[name]!),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  return apiPath(`${path}${search.size > 0 ? `?${search}` : ''}`)
}

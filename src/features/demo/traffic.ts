import { dayMs, hourMs, minuteMs } from '#kernel/time.ts'
import { emptyEvent, type ActivityEvent } from '#features/activity/index.ts'
import type { Habits } from './cast.ts'
import type { Random } from './random.ts'

/** A sample user as far as their traffic needs them. */
export interface Caller extends Habits {
  id: string
  projectIds: string[]
}

interface SampleCall {
  method: string
  path: string
  weight: number
  tookMs: number
  bytes: number
  /** Concerns one of the caller's projects. */
  project?: boolean
  /** Share that is refused, and with what. */
  refused?: [share: number, status: number]
  status?: number
}

const calls: SampleCall[] = [
  { method: 'GET', path: '/projects/{project_id}/messages', weight: 26, tookMs: 14, bytes: 5_200, project: true },
  {
    method: 'POST',
    path: '/projects/{project_id}/messages',
    weight: 18,
    tookMs: 38,
    bytes: 900,
    project: true,
    status: 201,
    refused: [0.02, 400],
  },
  { method: 'GET', path: '/projects', weight: 14, tookMs: 11, bytes: 4_100 },
  {
    method: 'GET',
    path: '/projects/{project_id}',
    weight: 12,
    tookMs: 7,
    bytes: 900,
    project: true,
    refused: [0.04, 404],
  },
  { method: 'GET', path: '/me', weight: 12, tookMs: 3, bytes: 700 },
  {
    method: 'PUT',
    path: '/projects/{project_id}',
    weight: 5,
    tookMs: 24,
    bytes: 900,
    project: true,
    refused: [0.08, 409],
  },
  { method: 'POST', path: '/auth/refresh', weight: 5, tookMs: 9, bytes: 800 },
  { method: 'GET', path: '/admin/users', weight: 3, tookMs: 19, bytes: 9_300, refused: [0.6, 403] },
  { method: 'GET', path: '/admin/stats', weight: 4, tookMs: 46, bytes: 1_100, refused: [0.02, 503] },
  { method: 'GET', path: '/me/activity', weight: 3, tookMs: 16, bytes: 12_000 },
]

/** One call of a sample user at a time, as it would have been recorded. */
export function sampleCall(
  caller: Caller,
  sessionId: string,
  at: number,
  apiPrefix: string,
  random: Random,
): ActivityEvent {
  const call = pickCall(caller, random)
  const [share, refusal] = call.refused ?? [0, 0]
  const isRefused = random.next() < share
  // Mostly near the usual, now and then much slower.
  const slowness = random.next() < 0.03 ? 20 : 0.5 + random.next() * 1.4
  return {
    ...emptyEvent,
    at,
    kind: 'api_call',
    user_id: caller.id,
    session_id: sessionId,
    method: call.method,
    route: apiPrefix + call.path,
    status: isRefused ? refusal : (call.status ?? 200),
    duration_ms: Math.round(call.tookMs * slowness * 100) / 100,
    bytes: isRefused ? 220 : Math.round(call.bytes * (0.6 + random.next() * 0.8)),
    project_id: call.project && !isRefused ? random.pick(caller.projectIds) : null,
    address: caller.address,
  }
}

function pickCall({ projectIds }: Caller, random: Random): SampleCall {
  const possible = calls.filter(({ project }) => !project || projectIds.length > 0)
  let left = random.next() * possible.reduce((sum, { weight }) => sum + weight, 0)
  return possible.find(({ weight }) => (left -= weight) < 0) ?? possible[0]!
}

export const sampleLogin = ({ id, address, browser }: Caller, sessionId: string, at: number): ActivityEvent => ({
  ...emptyEvent,
  at,
  kind: 'login',
  user_id: id,
  session_id: sessionId,
  address,
  detail: browser,
})

/** What the callers did in so many days before `now`: working hours, quiet weekends, some wrong passwords. */
export function sampleHistory(
  callers: readonly Caller[],
  days: number,
  now: number,
  apiPrefix: string,
  random: Random,
): ActivityEvent[] {
  const today = now - (now % dayMs)
  const dayStarts = Array.from({ length: days + 1 }, (_, index) => today - (days - index) * dayMs)
  return dayStarts
    .flatMap((day) => callers.flatMap((caller) => sampleDay(caller, day, apiPrefix, random)))
    .filter(({ at }) => at < now)
    .toSorted((a, b) => a.at - b.at)
}

function sampleDay(caller: Caller, day: number, apiPrefix: string, random: Random): ActivityEvent[] {
  const weekday = new Date(day).getUTCDay()
  const presence = weekday === 0 || weekday === 6 ? 0.12 : 0.92
  if (random.next() > presence) return []
  const sessionId = `demo-${caller.id}-${day}`
  const start = day + caller.from * hourMs + random.integer(-40, 90) * minuteMs
  const end = day + caller.to * hourMs
  const count = random.integer(Math.round(caller.calls * 0.6), Math.round(caller.calls * 1.3))
  const failures = random.next() < 0.08 ? random.integer(1, 2) : 0
  const events = [
    ...Array.from({ length: failures }, (_, index) => failedLogin(caller, start - (index + 1) * minuteMs)),
    sampleLogin(caller, sessionId, start),
    ...Array.from({ length: count }, () =>
      sampleCall(caller, sessionId, random.integer(start, end), apiPrefix, random),
    ),
  ]
  if (random.next() < 0.6)
    events.push({ ...sampleLogin(caller, sessionId, end + minuteMs), kind: 'logout', detail: null })
  return events
}

const failedLogin = (caller: Caller, at: number): ActivityEvent => ({
  ...sampleLogin(caller, '', at),
  kind: 'login_failed',
  session_id: null,
  detail: 'INVALID_CREDENTIALS',
})

import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { idParams, pageQuery, time, timeQuery } from '#kernel/page.ts'
import { activityKinds } from './store.ts'

const daysMax = 400
const days = z.coerce.number().int().min(1).max(daysMax).default(7).describe('How many days to look back')
const limit = (initial: number) => z.coerce.number().int().min(1).max(500).default(initial)
const granularity = z
  .enum(['hour', 'day'])
  .optional()
  .describe('`hour` up to 3 days and `day` beyond, unless told; `hour` at most for 31 days')

const count = z.number().int()
const looked = { timeframe_days: count, timestamp: time }

const person = {
  user_id: z.string(),
  /** Null when the user was deleted. */
  username: z.string().nullable(),
  /** Labelled sample data of `--demo`. */
  demo: z.boolean(),
}

const Counts = z.object({ login: count, api_call: count, logout: count, login_failed: count, admin_action: count })

const ActivityEntry = z.object({
  id: z.string(),
  at: time,
  kind: z.enum(activityKinds),
  method: z.string().nullable(),
  endpoint: z.string().nullable(),
  status: count.nullable(),
  duration_ms: z.number().nullable(),
  bytes: count,
  project_id: z.string().nullable(),
  session_id: z.string().nullable(),
  api_key_id: z.string().nullable(),
  address: z.string().nullable(),
  detail: z
    .string()
    .nullable()
    .describe(
      'Of a login the browser or program, of a failed one the reason, of an administrative action what was done to what',
    ),
})

const timelineQuery = z.object({
  limit: limit(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}_\d{1,15}$/, 'Give next_cursor of the page before')
    .optional(),
  kind: z.enum(activityKinds).optional(),
  from: timeQuery.optional(),
  to: timeQuery.optional(),
})

const Timeline = z.object({ events: z.array(ActivityEntry), next_cursor: z.string().nullable() })

const Loginers = { logins: count, failed: count, last_at: time }

export const activityEndpoints = {
  overview: {
    method: 'GET',
    path: '/admin/users/activity',
    summary: 'What users did lately: by kind, most active users, most used endpoints',
    access: 'activity:read',
    query: z.object({ days, limit: limit(10).describe('How many users and endpoints') }),
    reply: z.object({
      activity_by_type: Counts,
      active_users: z.array(z.object({ user_id: z.string(), activity_count: count, username: z.string().nullable() })),
      popular_endpoints: z.array(z.object({ endpoint: z.string(), access_count: count })),
      ...looked,
    }),
  },
  active: {
    method: 'GET',
    path: '/admin/activity/active',
    summary: 'Who is active now, since when, and what they did last',
    description: 'One entry for each session and each API key that called within the window and has not logged out.',
    access: 'activity:read',
    query: z.object({ minutes: z.coerce.number().int().min(1).max(1_440).default(15), limit: limit(200) }),
    reply: z.object({
      users_online: count,
      active: z.array(
        z.object({
          ...person,
          session_id: z.string().nullable(),
          api_key_id: z.string().nullable(),
          /** Of an API key its first call within the window. */
          started_at: time,
          duration_seconds: count,
          last_action_at: time,
          last_method: z.string().nullable(),
          last_endpoint: z.string().nullable(),
          address: z.string().nullable(),
          calls: count,
        }),
      ),
      window_minutes: count,
      timestamp: time,
    }),
  },
  users: {
    method: 'GET',
    path: '/admin/activity/users',
    summary: 'Users ranked by their activity',
    access: 'activity:read',
    query: z.object({
      days,
      ...pageQuery(50, 500),
      sort: z.enum(['calls', 'errors', 'time', 'bytes', 'logins', 'last_seen']).default('calls').describe('Most first'),
    }),
    reply: z.object({
      users: z.array(
        z.object({
          ...person,
          calls: count,
          errors: count.describe('Calls answered with 4xx or 5xx'),
          logins: count,
          failed_logins: count,
          admin_actions: count,
          time_ms: z.number().describe('Time the server worked for them'),
          bytes: count.describe('Sent to them'),
          last_seen_at: time,
        }),
      ),
      total: count,
      has_more: z.boolean(),
      ...looked,
    }),
  },
  logins: {
    method: 'GET',
    path: '/admin/activity/logins',
    summary: 'How often and when people log in, and who fails to',
    description:
      'Days and hours are in UTC. Addresses and the latest logins reach back as far as single events are kept.',
    access: 'activity:read',
    query: z.object({ days, user_id: z.string().max(128).optional() }),
    reply: z.object({
      logins: count,
      failed: count,
      per_day: z.array(z.object({ day: time, logins: count, failed: count })),
      by_weekday_and_hour: z.array(z.array(count)).describe('7 rows from Monday on with 24 hours each; good logins'),
      by_user: z.array(z.object({ ...person, ...Loginers })),
      by_address: z.array(z.object({ address: z.string(), ...Loginers })),
      latest: z.array(
        z.object({
          at: time,
          outcome: z.enum(['login', 'login_failed']),
          user_id: z.string().nullable(),
          username: z.string().nullable(),
          demo: z.boolean(),
          address: z.string().nullable(),
          detail: z.string().nullable(),
        }),
      ),
      ...looked,
    }),
  },
  endpoints: {
    method: 'GET',
    path: '/admin/activity/endpoints',
    summary: 'Most used endpoints: how often, how fast, how often wrong, and over time',
    description:
      'The first eight come with a series: one value for each of `starts`. Percentiles are estimated from a histogram.',
    access: 'activity:read',
    query: z.object({ days, granularity, limit: limit(20) }),
    reply: z.object({
      granularity: z.enum(['hour', 'day']),
      starts: z.array(time),
      endpoints: z.array(
        z.object({
          method: z.string(),
          endpoint: z.string(),
          access_count: count,
          users: count,
          errors: count,
          server_errors: count,
          error_rate: z.number().describe('Share of answers with 4xx or 5xx, 0 to 1'),
          avg_ms: z.number(),
          p95_ms: z.number().nullable(),
          max_ms: z.number(),
          bytes: count,
          series: z
            .object({ count: z.array(count), errors: z.array(count), p95_ms: z.array(z.number().nullable()) })
            .nullable(),
        }),
      ),
      ...looked,
    }),
  },
  resources: {
    method: 'GET',
    path: '/admin/activity/resources',
    summary: 'Which users or projects consume most',
    access: 'activity:read',
    query: z.object({
      days,
      by: z.enum(['user', 'project']).default('user'),
      sort: z.enum(['time', 'calls', 'bytes', 'messages']).default('time').describe('Most first'),
      limit: limit(20),
    }),
    reply: z.object({
      by: z.enum(['user', 'project']),
      consumers: z.array(
        z.object({
          id: z.string(),
          name: z.string().nullable().describe('Null when it was deleted'),
          demo: z.boolean(),
          calls: count,
          time_ms: z.number(),
          time_share: z.number().describe('Of the time of all users or projects, 0 to 1'),
          bytes: count,
          messages: count,
        }),
      ),
      ...looked,
    }),
  },
  trends: {
    method: 'GET',
    path: '/admin/activity/trends',
    summary: 'Activity by day, ISO week or month, and the present one compared with the one before',
    description:
      'In UTC. The present period is compared with the same part of the one before; the running hour counts as a whole one.',
    access: 'activity:read',
    query: z.object({
      granularity: z.enum(['day', 'week', 'month']).default('day'),
      periods: z.coerce
        .number()
        .int()
        .min(1)
        .max(90)
        .default(14)
        .describe('How many, the present one included; what is older than 400 days reads zero'),
    }),
    reply: z.object({
      granularity: z.enum(['day', 'week', 'month']),
      periods: z.array(
        z.object({ start: time, complete: z.boolean(), counts: Counts, errors: count, unique_users: count }),
      ),
      comparison: z.object({
        current: Counts.extend({ unique_users: count }),
        previous: Counts.extend({ unique_users: count }),
        elapsed_seconds: count,
      }),
      timestamp: time,
    }),
  },
  traffic: {
    method: 'GET',
    path: '/admin/traffic',
    aliases: ['/traffic'],
    summary: 'Request traffic over time: requests, bytes, status classes, durations',
    access: 'activity:read',
    query: z.object({ days: days.default(1), granularity }),
    reply: z.object({
      granularity: z.enum(['hour', 'day']),
      periods: z.array(
        z.object({
          start: time,
          requests: count,
          bytes: count,
          by_status: z.object({ '2xx': count, '3xx': count, '4xx': count, '5xx': count }),
          avg_ms: z.number().nullable(),
          p95_ms: z.number().nullable(),
        }),
      ),
      totals: z.object({ requests: count, bytes: count, errors: count, users: count }),
      recorder: z
        .object({ waiting: count, summed: count, dropped: count })
        .describe(
          'Of this server process: what is not stored yet, calls of a flood that count in their hour without a row of their own, and what is lost',
        ),
      ...looked,
    }),
  },
  timeline: {
    method: 'GET',
    path: '/admin/users/{id}/activity',
    aliases: ['/users/{id}/activity'],
    summary: 'All that a user did, newest first',
    access: 'activity:read',
    params: idParams,
    query: timelineQuery,
    reply: Timeline.extend({ ...person }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  mine: {
    method: 'GET',
    path: '/me/activity',
    summary: 'All that I did, newest first',
    access: 'activity:own',
    query: timelineQuery,
    reply: Timeline,
  },
} as const satisfies Endpoints

import assert from 'node:assert/strict'
import { after } from 'node:test'
import { pino } from 'pino'
import type { Severity } from '#features/alerts/index.ts'
import { decideOnce } from '#features/notifications/pipeline/decide.ts'
import { escalations } from '#features/notifications/pipeline/escalations.ts'
import { PolicyInput } from '#features/notifications/policies/contract.ts'
import { createPolicy } from '#features/notifications/policies/policies.ts'
import { Routing } from '#features/notifications/routing/contract.ts'
import { replaceRouting } from '#features/notifications/routing/routing.ts'
import { storedRouting } from '#features/notifications/routing/store.ts'
import { SilenceInput } from '#features/notifications/silences/contract.ts'
import { createSilence } from '#features/notifications/silences/silences.ts'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import { testConfig } from '#platform/config/config.ts'
import { Context, systemActor } from '#platform/context.ts'
import { createApp } from '#server/app.ts'
import { temporaryFolder } from './folder.ts'

/** What happens at a moment. */
type Event = () => Promise<unknown>

interface Sent {
  /** Seconds since the beginning. */
  at: number
  channel: string
  /** `+disk` fires, `-disk` has resolved, in order. */
  alerts: string
  reason: string
}

export interface Wanted {
  channel: string
  /** Seconds since the beginning, from and to. */
  between: [number, number]
  alerts: string
  reason?: string
}

/** A story of alerts told second by second, and what channels have to hear of it and when. */
export interface Timeline {
  /** Ids of the channels by name. */
  channels: Record<string, string>
  startedAt: number
  at(second: number, event: Event): void
  fires(name: string, options?: { severity?: Severity; labels?: Record<string, string> }): Promise<void>
  acknowledges(name: string): Promise<void>
  resolves(name: string): Promise<void>
  route(route: object, rest?: object): Promise<void>
  /** Returns its id. */
  policy(policy: unknown): Promise<string>
  silence(silence: unknown): Promise<void>
  /** How it goes on for an alert: `coming: step 2, sms at 610`, or why it does not. */
  goesOn(name: string): Promise<string>
  /** Lets the time pass, and compares. Whatever was not wanted must not have come. */
  wants(untilSecond: number, wanted: Wanted[]): Promise<void>
}

/** On a database of its own. Decides only when something happens and when the decision before asked for it. */
export async function alertTimeline(
  names: string[],
  startedAt = Date.parse('2026-01-05T10:00:00Z'),
): Promise<Timeline> {
  const events = new Map<number, Event[]>()
  let at = startedAt
  const now = (): number => at
  const data_dir = temporaryFolder()
  const config = testConfig({ data_dir, database_url: `sqlite:///${data_dir}/miktos.db` })
  const app = await createApp({ config, log: pino({ level: 'silent' }), now, background: false })
  after(() => app.stop())
  const { platform } = app
  const { write } = platform.database
  const origin = { requestId: null, address: null, userAgent: null }
  const ctx = new Context(platform, systemActor('test', 'test', []), origin)
  const channels: Record<string, string> = {}
  for (const name of names) channels[name] = await insertChannel(platform.database, name, now())

  const change = (name: string, set: object): Promise<unknown> =>
    write
      .updateTable('alerts')
      .set({ ...set, updated_at: now() })
      .where('open_key', '=', name)
      .execute()

  return {
    channels,
    startedAt,
    at: (second, event) => void events.set(second, [...(events.get(second) ?? []), event]),
    fires: async (name, { severity = 'warning', labels = {} } = {}) =>
      void (await write
        .insertInto('alerts')
        .values(alertRow(name, severity, labels, now()))
        .execute()),
    acknowledges: async (name) =>
      void (await change(name, { state: 'acknowledged', acknowledged_at: now(), acknowledged_by: 'admin' })),
    resolves: async (name) => void (await change(name, { state: 'resolved', resolved_at: now(), open_key: null })),
    route: async (route, rest = {}) => {
      const { version } = await storedRouting(platform.database.read)
      await replaceRouting(ctx, { version, routing: Routing.parse({ route, ...rest }) })
    },
    policy: async (policy) => (await createPolicy(ctx, PolicyInput.parse(policy))).id,
    silence: async (silence) => void (await createSilence(ctx, SilenceInput.parse(silence))),
    goesOn: async (name) => {
      const { id } = await write
        .selectFrom('alerts')
        .select('id')
        .where('open_key', '=', name)
        .executeTakeFirstOrThrow()
      const [first] = await escalations(platform.database.read, now(), id)
      if (!first?.next) return first?.state ?? 'no policy'
      const { at: nextAt, step, channels: told, held } = first.next
      const second = (Date.parse(nextAt) - startedAt) / secondMs
      return `${first.state}: step ${step}, ${told.map((one) => one.name).join(' ')} at ${second}${held ? ', held' : ''}`
    },
    wants: async (untilSecond, wanted) => {
      const lease = { fence: async () => undefined }
      const moments = [...new Set([...events.keys(), untilSecond])].toSorted((a, b) => a - b)
      let dueAt: number | null = null
      for (const second of moments) {
        const momentAt = startedAt + second * secondMs
        while (dueAt !== null && dueAt < momentAt) {
          at = Math.max(dueAt, at + 1)
          dueAt = (await decideOnce({ platform, lease, externalUrl: 'https://miktos.example' })).dueAt
          await arrive(platform.database)
        }
        at = momentAt
        for (const event of events.get(second) ?? []) await event()
        dueAt = (await decideOnce({ platform, lease, externalUrl: 'https://miktos.example' })).dueAt
        await arrive(platform.database)
      }
      compare(await sentSoFar(platform.database, startedAt), wanted)
    },
  }
}

type Db = Context['platform']['database']

async function insertChannel({ write }: Db, name: string, at: number): Promise<string> {
  const id = newId()
  await write
    .insertInto('notification_channels')
    .values({
      id,
      name,
      kind: 'webhook',
      config_json: '{}',
      secrets_sealed: '',
      enabled: 1,
      version: 1,
      created_at: at,
      updated_at: at,
      updated_by: 'test',
      last_at: null,
      last_outcome: null,
      last_status: null,
      last_detail: null,
    })
    .execute()
  return id
}

export const alertRow = (name: string, severity: Severity, labels: Record<string, string>, at: number) => ({
  id: newId(),
  rule_id: null,
  source: 'test',
  fingerprint: `of ${name}`,
  name,
  severity,
  state: 'firing' as const,
  labels_json: JSON.stringify(labels),
  annotations_json: JSON.stringify({ summary: `${name} is wrong` }),
  value: 1,
  threshold: 0,
  generator_url: '',
  pending_at: at,
  fired_at: at,
  acknowledged_at: null,
  acknowledged_by: null,
  resolved_at: null,
  resolved_by: null,
  resolution: null,
  note: null,
  updated_at: at,
  open_key: name,
})

/** Whatever is on its way arrives at once. */
async function arrive({ write }: Db): Promise<void> {
  await write.updateTable('notification_deliveries').set({ state: 'sent' }).where('state', '=', 'waiting').execute()
}

async function sentSoFar({ read }: Db, startedAt: number): Promise<Sent[]> {
  const rows = await read
    .selectFrom('notification_deliveries')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ created_at, channel_name, reason, notification_json }) => ({
    at: (created_at - startedAt) / secondMs,
    channel: channel_name,
    reason,
    alerts: (JSON.parse(notification_json) as { alerts: { name: string; status: string }[] }).alerts
      .map(({ name, status }) => `${status === 'firing' ? '+' : '-'}${name}`)
      .toSorted()
      .join(' '),
  }))
}

function compare(sent: Sent[], wanted: Wanted[]): void {
  const left = [...sent]
  const missing = wanted.filter((want) => {
    const index = left.findIndex(
      ({ at, channel, alerts, reason }) =>
        channel === want.channel &&
        alerts === want.alerts &&
        at >= want.between[0] &&
        at <= want.between[1] &&
        (want.reason === undefined || reason === want.reason),
    )
    if (index !== -1) left.splice(index, 1)
    return index === -1
  })
  assert.deepEqual({ missing, unwanted: left }, { missing: [], unwanted: [] })
}

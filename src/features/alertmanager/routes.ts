import type * as z from 'zod'
import { reportAlerts } from '#features/alerts/index.ts'
import {
  allSilences,
  createSilence,
  enabledChannels,
  expireSilence,
  oneSilence,
  routedAlerts,
  silenceState,
  updateSilence,
  type RoutedAlert,
  type StoredSilence,
} from '#features/notifications/index.ts'
import { AppError } from '#kernel/errors.ts'
import { iso, minuteMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { labelValue, valueTest } from '#platform/telemetry/labels.ts'
import type { alertmanagerEndpoints, WireSilence } from './contract.ts'
import { fromWire, parseFilters, toWire, type FilterMatcher } from './matchers.ts'

type WireAlert = z.output<typeof alertmanagerEndpoints.alerts.reply>[number]
type Shown = z.output<typeof alertmanagerEndpoints.groups.query>
type GivenSilence = z.output<typeof alertmanagerEndpoints.postSilence.body>

const config = `# Routes and channels are kept in Miktos.
route:
  receiver: miktos
receivers:
  - name: miktos
`

export const alertmanagerHandlers = (startedAt: () => number): Handlers<typeof alertmanagerEndpoints> => ({
  status: ({ platform }) => ({
    cluster: { status: 'disabled', name: '', peers: [] },
    versionInfo: {
      version: platform.version,
      revision: '',
      branch: 'miktos',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
    config: { original: config },
    uptime: iso(startedAt()),
  }),
  receivers: async ({ db }) => [...(await enabledChannels(db)).values()].map(({ name }) => ({ name })),
  alerts: async (ctx, { query }) => (await wantedAlerts(ctx, query)).map((routed) => wireAlert(routed, ctx.now())),
  postAlerts: async (ctx, { body }) => {
    const reported = body.map(({ generatorURL, ...alert }) => ({ ...alert, generatorUrl: generatorURL }))
    await reportAlerts(ctx, 'alertmanager', reported)
    return {}
  },
  groups: async (ctx, { query }) => groupsOf(await wantedAlerts(ctx, query), ctx.now()),
  silences: async (ctx, { query: { filter, creator } }) => {
    const filters = parseFilters(filter)
    const all = await allSilences(ctx.db)
    return all
      .filter((silence) => holdsOfSilence(filters, silence))
      .filter(({ created_by }) => creator.length === 0 || creator.includes(created_by))
      .map((silence) => wireSilence(silence, ctx.now()))
  },
  postSilence: async (ctx, { body }) => ({ silenceID: await putSilence(ctx, body) }),
  silence: async (ctx, { params }) => wireSilence(await oneSilence(ctx.db, params.silence_id), ctx.now()),
  expireSilence: async (ctx, { params }) => {
    await expireSilence(ctx, params.silence_id)
    return {}
  },
})

async function wantedAlerts({ db, platform }: Context, shown: Shown): Promise<RoutedAlert[]> {
  const filters = parseFilters(shown.filter)
  const isReceiver = shown.receiver === undefined ? () => true : receiverTest(shown.receiver)
  const all = await routedAlerts(db, platform.now())
  return all
    .filter(({ labels }) => filters.every((matcher) => valueTest(matcher)(labelValue(labels, matcher.name) ?? '')))
    .filter(({ silencedBy, inhibitedBy }) => {
      if (silencedBy.length > 0 && !shown.silenced) return false
      if (inhibitedBy.length > 0 && !shown.inhibited) return false
      return shown.active || silencedBy.length > 0 || inhibitedBy.length > 0
    })
    .filter((routed) => shown.receiver === undefined || receiversOf(routed).some(isReceiver))
}

const receiverTest = (value: string): ((name: string) => boolean) => valueTest({ name: 'receiver', op: '=~', value })

const receiversOf = ({ groups }: RoutedAlert): string[] => [...new Set(groups.flatMap(({ receivers }) => receivers))]

/** For how long an alert that fires holds, as far as anybody knows. */
const holdsMs = 5 * minuteMs

function wireAlert(routed: RoutedAlert, now: number): WireAlert {
  const { alert, labels, silencedBy, inhibitedBy } = routed
  const isSuppressed = silencedBy.length > 0 || inhibitedBy.length > 0
  return {
    annotations: alert.annotations,
    endsAt: iso(now + holdsMs),
    fingerprint: alert.fingerprint,
    receivers: receiversOf(routed).map((name) => ({ name })),
    startsAt: iso(alert.fired_at ?? alert.pending_at),
    status: { state: isSuppressed ? 'suppressed' : 'active', silencedBy, inhibitedBy },
    updatedAt: iso(alert.updated_at),
    generatorURL: alert.generator_url,
    labels: { ...labels },
  }
}

/** Once for each receiver, as Alertmanager lists them. */
function groupsOf(all: readonly RoutedAlert[], now: number): z.output<typeof alertmanagerEndpoints.groups.reply> {
  const groups = new Map<string, { labels: Record<string, string>; receiver: { name: string }; alerts: WireAlert[] }>()
  for (const routed of all) {
    for (const { key, labels, receivers } of routed.groups) {
      for (const name of receivers) {
        const group = groups.get(`${name} ${key}`) ?? { labels, receiver: { name }, alerts: [] }
        groups.set(`${name} ${key}`, group)
        group.alerts.push(wireAlert(routed, now))
      }
    }
  }
  return [...groups.values()]
}

/** A silence is filtered by what its matchers say of the label. */
const holdsOfSilence = (filters: readonly FilterMatcher[], { matchers }: StoredSilence): boolean =>
  filters.every((filter) => valueTest(filter)(matchers.find(({ name }) => name === filter.name)?.value ?? ''))

/** Returns its id: that of a new one where the one named has ended. */
async function putSilence(ctx: Context, given: GivenSilence): Promise<string> {
  const input = {
    matchers: given.matchers.map(fromWire),
    starts_at: iso(Date.parse(given.startsAt)),
    ends_at: iso(Date.parse(given.endsAt)),
    reason: given.comment,
  }
  if (given.comment.trim() === '') throw new AppError('VALIDATION_FAILED', 'invalid silence: comment missing')
  if (given.createdBy.trim() === '') throw new AppError('VALIDATION_FAILED', 'invalid silence: creator missing')
  if (given.id === undefined || given.id === '') return (await createSilence(ctx, input, given.createdBy)).id
  const before = await oneSilence(ctx.db, given.id)
  if (silenceState(before, ctx.now()) === 'expired') return (await createSilence(ctx, input, given.createdBy)).id
  return (await updateSilence(ctx, given.id, input)).id
}

const wireSilence = (silence: StoredSilence, now: number): WireSilence => ({
  id: silence.id,
  status: { state: silenceState(silence, now) },
  updatedAt: iso(silence.updated_at),
  comment: silence.reason,
  createdBy: silence.created_by,
  endsAt: iso(silence.ends_at),
  startsAt: iso(silence.starts_at),
  matchers: silence.matchers.map(toWire),
})

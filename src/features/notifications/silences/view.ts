import type * as z from 'zod'
import type { Alert } from '#features/alerts/index.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { alertLabels } from '../alertLabels.ts'
import { firingAlerts } from '../pipeline/alerts.ts'
import { matcherTest } from '../routing/match.ts'
import type { Matcher } from '../routing/matcher.ts'
import type { Silence, silenceEndpoints } from './contract.ts'
import { requireMatchers } from '../routing/routing.ts'
import { silenceOrThrow, stateOf } from './silences.ts'
import { silenceOf, type StoredSilence } from './store.ts'

type Filter = z.output<typeof silenceEndpoints.listSilences.query>
type SilenceView = z.output<typeof Silence>
type Matched = Pick<Alert, 'id' | 'name' | 'severity' | 'labels'>

const matchedMax = 500

export async function listSilences(
  ctx: Context,
  { limit, offset, state }: Filter,
): Promise<{ silences: SilenceView[]; total: number; has_more: boolean }> {
  const rows = await matching(ctx, state)
    .selectAll()
    .orderBy('ends_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute()
  const { count } = await matching(ctx, state)
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const total = Number(count)
  const firing = await firingAlerts(ctx.db)
  const silences = rows.map((row) => silenceView(silenceOf(row), firing, ctx.now()))
  return { silences, total, has_more: offset + rows.length < total }
}

function matching({ db, platform }: Context, state: Filter['state']) {
  const now = platform.now()
  const silences = db.selectFrom('notification_silences')
  if (state === 'expired') return silences.where('ends_at', '<=', now)
  if (state === 'pending') return silences.where('starts_at', '>', now).where('ends_at', '>', now)
  if (state === 'active') return silences.where('starts_at', '<=', now).where('ends_at', '>', now)
  return silences
}

export async function readSilence(ctx: Context, id: string): Promise<SilenceView & { alerts: Matched[] }> {
  const [silence, firing] = await Promise.all([silenceOrThrow(ctx.db, id), firingAlerts(ctx.db)])
  return {
    ...silenceView(silence, firing, ctx.now()),
    alerts: matched(silence.matchers, firing).slice(0, matchedMax),
  }
}

export async function viewSilence(ctx: Context, silence: StoredSilence): Promise<SilenceView> {
  return silenceView(silence, await firingAlerts(ctx.db), ctx.now())
}

export async function previewSilence(
  ctx: Context,
  matchers: readonly Matcher[],
): Promise<{ alerts: Matched[]; total: number }> {
  requireMatchers(matchers)
  const alerts = matched(matchers, await firingAlerts(ctx.db))
  return { alerts: alerts.slice(0, matchedMax), total: alerts.length }
}

function matched(matchers: readonly Matcher[], firing: readonly Alert[]): Matched[] {
  const holds = matcherTest(matchers)
  return firing
    .filter((alert) => holds(alertLabels(alert)))
    .map(({ id, name, severity, labels }) => ({ id, name, severity, labels }))
}

const silenceView = (silence: StoredSilence, firing: readonly Alert[], now: number): SilenceView => ({
  id: silence.id,
  state: stateOf(silence, now),
  matchers: silence.matchers,
  starts_at: iso(silence.starts_at),
  ends_at: iso(silence.ends_at),
  reason: silence.reason,
  created_by: silence.created_by,
  created_at: iso(silence.created_at),
  updated_at: iso(silence.updated_at),
  updated_by: silence.updated_by,
  matched_now: matched(silence.matchers, firing).length,
})

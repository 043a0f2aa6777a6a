import type * as z from 'zod'
import type { Severity } from '#features/alerts/index.ts'
import { iso, parseTime, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { firingAlerts } from '../pipeline/alerts.ts'
import { inhibitedBy, silencedBy } from '../pipeline/suppress.ts'
import type { Routing } from '../routing/contract.ts'
import { compileRouting, groupLabels, type Destination } from '../routing/match.ts'
import { storedRouting } from '../routing/store.ts'
import { activeSilences } from '../silences/store.ts'
import type { policyEndpoints } from './contract.ts'
import { storedPolicies, type StoredPolicy } from './store.ts'
import { endOf } from './times.ts'
import type { TimeWindow } from './window.ts'

type Asked = z.output<typeof policyEndpoints.simulate.body>
type Simulation = z.output<typeof policyEndpoints.simulate.reply>
type Path = Simulation['paths'][number]
type ChannelName = Path['steps'][number]['channels'][number]

const rounds = 2

/** Who would be told when, if nobody acknowledged it. */
export async function simulate(ctx: Context, asked: Asked): Promise<Simulation> {
  const at = asked.at === undefined ? ctx.now() : parseTime(asked.at)!
  const labels: Labels = { severity: asked.severity, ...asked.labels }
  const [{ routing }, policies, channels, silences, firing] = await Promise.all([
    storedRouting(ctx.db),
    storedPolicies(ctx.db),
    channelNames(ctx),
    activeSilences(ctx.db, at),
    firingAlerts(ctx.db),
  ])
  return {
    silenced_by: silencedBy(silences)(labels),
    inhibited_by: inhibitedBy(routing.inhibit_rules, firing)(labels),
    paths: compileRouting(routing)(labels).map((destination) => {
      const policy = policies.find(({ id }) => id === destination.policyId)
      return pathOf({ destination, policy, channels, routing, at, labels, severity: asked.severity })
    }),
  }
}

async function channelNames({ db }: Context): Promise<ChannelName[]> {
  const rows = await db.selectFrom('notification_channels').select(['id', 'name', 'enabled']).orderBy('name').execute()
  return rows.map(({ id, name, enabled }) => ({ id, name, enabled: enabled === 1 }))
}

interface Case {
  destination: Destination
  policy: StoredPolicy | undefined
  channels: ChannelName[]
  routing: Routing
  at: number
  labels: Labels
  severity: Severity
}

function pathOf(asked: Case): Path {
  const { destination, policy, at, labels } = asked
  const windows = heldWindows(asked)
  const begins = endOf(windows, at + destination.groupWaitMs)
  return {
    route: destination.key,
    group_labels: groupLabels(destination, labels),
    policy_id: destination.policyId,
    policy_name: policy?.name ?? null,
    steps: begins === undefined ? [] : stepsFrom(asked, windows, begins),
  }
}

function stepsFrom({ destination, policy, channels, at }: Case, windows: TimeWindow[], begins: number): Path['steps'] {
  const steps = policy?.steps ?? [{ delay_seconds: 0, channels: destination.channels }]
  const everyMs = policy ? roundMs(policy) : destination.repeatMs
  return Array.from({ length: everyMs === null ? 1 : rounds }, (_, round) =>
    steps.flatMap((step, index) => {
      const due = begins + round * (everyMs ?? 0) + step.delay_seconds * secondMs
      const told = endOf(windows, due)
      if (told === undefined) return []
      return {
        at: iso(told),
        step: index + 1,
        round: round + 1,
        held: told !== due || begins !== at + destination.groupWaitMs,
        channels: channels.filter(({ id, enabled }) =>
          step.channels === 'all' ? enabled : step.channels.includes(id),
        ),
      }
    }),
  ).flat()
}

/** From the first step of one round to that of the next. */
export const roundMs = ({ steps, repeat_seconds }: Pick<StoredPolicy, 'steps' | 'repeat_seconds'>): number | null =>
  repeat_seconds === null ? null : (steps.at(-1)!.delay_seconds + repeat_seconds) * secondMs

/** The times in which an alert of this severity is not told: mute times of the route and quiet hours of the policy. */
export function heldWindows({
  destination,
  policy,
  routing,
  severity,
}: Pick<Case, 'destination' | 'policy' | 'routing' | 'severity'>): TimeWindow[] {
  return [
    ...routing.mute_times.filter(({ name }) => destination.muteTimes.includes(name)).flatMap(({ windows }) => windows),
    ...(policy?.quiet_hours ?? []).filter(({ exempt }) => !exempt.includes(severity)).map(({ window }) => window),
  ]
}

import { componentFigure, componentName, healthLevel } from '#console/health.ts'
import { formatMinutes, plural } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import type { Page } from '#console/client.ts'
import { severityLevel, severityWords, soonestOf, type Alert, type Escalation } from '#features/alerts/console/index.ts'
import type { Command } from '#features/commands/console/index.ts'
import type { Permission } from '#kernel/permissions.ts'
import type { StatusLevel } from '#console/ui/Status.tsx'
import type { Health, Logins, PendingUser } from './queries.ts'

/** Something a person should look at. */
export interface AttentionItem {
  key: string
  level: StatusLevel
  /** The state in a word. */
  state: string
  what: string
  /** ISO time; null where it is now. */
  since: string | null
  to: string
  /** What one has to hold to follow it. */
  needs: Permission
  /** An alert that waits for somebody to take it up. */
  alert?: Alert
  /** What its policy does next; undefined where it is under none. */
  escalation?: Escalation | undefined
}

export interface Observed {
  health: Health | undefined
  pending: Page<PendingUser> | undefined
  locked: Page<PendingUser> | undefined
  logins: Logins | undefined
  alerts: readonly Alert[]
  escalations: readonly Escalation[]
  /** Those that wait for approval. */
  commands: readonly Command[]
}

const order: StatusLevel[] = ['critical', 'error', 'warn', 'info', 'ok', 'unknown']

/** The worst first, and of equals what has lasted longest. */
export const attentionOf = ({
  health,
  pending,
  locked,
  logins,
  alerts,
  escalations,
  commands,
}: Observed): AttentionItem[] =>
  [
    ...alertItems(alerts, soonestOf(escalations)),
    ...componentItems(health),
    ...lockedItems(locked),
    ...loginItems(logins),
    ...pendingItems(pending),
    ...approvalItems(commands),
  ].toSorted(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level) || (a.since ?? '9').localeCompare(b.since ?? '9'),
  )

/** What is acknowledged has its somebody, and what is pending may yet go away. */
const alertItems = (alerts: readonly Alert[], escalations: ReadonlyMap<string, Escalation>): AttentionItem[] =>
  alerts
    .filter(({ state }) => state === 'firing')
    .map((alert) => ({
      key: `alert:${alert.id}`,
      level: severityLevel[alert.severity],
      state: severityWords[alert.severity],
      what: [alert.name, alert.annotations['summary']].filter(Boolean).join(': '),
      since: alert.fired_at,
      to: pb.alert(alert.id),
      needs: 'alerts:read',
      alert,
      escalation: escalations.get(alert.id),
    }))

const componentItems = (health: Health | undefined): AttentionItem[] =>
  Object.entries(health?.components ?? {})
    .filter(([, { status }]) => status !== 'healthy')
    .map(([name, component]) => ({
      key: `component:${name}`,
      level: healthLevel[component.status],
      state: component.status === 'degraded' ? 'Degraded' : 'Down',
      what: [componentName(name), troubleOf(name, component)].filter(Boolean).join(': '),
      since: null,
      to: pb.settings('system'),
      needs: 'system:read',
    }))

function troubleOf(name: string, component: NonNullable<Health['components']>[string]): string {
  const { percent, percent_max } = component
  return typeof percent === 'number' && typeof percent_max === 'number'
    ? `${percent} % in use, more than ${percent_max} %`
    : componentFigure(name, component)
}

function pendingItems(pending: Page<PendingUser> | undefined): AttentionItem[] {
  if (!pending) return []
  const { rows, total } = pending
  const more = total - rows.length
  const waiting = { level: 'info', state: 'Waiting', to: `${pb.users()}?state=pending`, needs: 'users:read' } as const
  return [
    ...rows.map(({ id, username, email, created_at }) => ({
      ...waiting,
      key: `pending:${id}`,
      what: `${username} (${email}) asks for an account`,
      since: created_at,
    })),
    ...(more > 0
      ? [{ ...waiting, key: 'pending', what: `${plural(more, 'more request')} for an account`, since: null }]
      : []),
  ]
}

/** Nobody agrees to their own. */
const approvalItems = (commands: readonly Command[]): AttentionItem[] =>
  commands
    .filter(({ can_approve }) => can_approve)
    .map(({ id, command, user, created_at }) => ({
      key: `command:${id}`,
      level: 'info',
      state: 'Waiting',
      what: `${user} asks for approval of ${command}`,
      since: created_at,
      to: pb.command(id),
      needs: 'commands:approve',
    }))

const lockedItems = (locked: Page<PendingUser> | undefined): AttentionItem[] =>
  (locked?.rows ?? []).map(({ id, username, locked_until }) => ({
    key: `locked:${id}`,
    level: 'warn',
    state: 'Locked',
    what: `${username} gave too many wrong passwords${locked_until ? `; locked until ${formatMinutes(locked_until)}` : ''}`,
    since: null,
    to: pb.user(id),
    needs: 'users:read',
  }))

/** Fewer are people who mistype. */
const failedLoginsMin = 10

function loginItems(logins: Logins | undefined): AttentionItem[] {
  if (!logins || logins.failed < failedLoginsMin) return []
  const [worst] = logins.by_address.toSorted((a, b) => b.failed - a.failed)
  const from = worst
    ? `, ${worst.failed === logins.failed ? 'all' : `${worst.failed} of them`} from ${worst.address}`
    : ''
  return [
    {
      key: 'logins',
      level: 'warn',
      state: 'Unusual',
      what: `${plural(logins.failed, 'failed login')} in a day${from}`,
      since: worst?.last_at ?? null,
      to: pb.activity('logins'),
      needs: 'activity:read',
    },
  ]
}

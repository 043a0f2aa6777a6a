import { useQuery } from '@tanstack/react-query'
import { useCan } from '#console/me.ts'
import { areComing } from '#console/queryClient.ts'
import { activeQuery, escalationsQuery } from '#features/alerts/console/index.ts'
import { approvalsQuery } from '#features/commands/console/index.ts'
import { attentionOf, type AttentionItem } from './attention.ts'
import { loginsQuery, usersQuery, type Health } from './queries.ts'

/** What needs attention, of all that the reader may see. */
export function useAttention(health: Health | undefined): { items: AttentionItem[]; isComing: boolean } {
  const can = useCan()
  const seesUsers = can('users:read').ok
  const pending = useQuery({ ...usersQuery('pending'), enabled: seesUsers })
  const locked = useQuery({ ...usersQuery('locked'), enabled: seesUsers })
  const logins = useQuery({ ...loginsQuery, enabled: can('activity:read').ok })
  const alerts = useQuery({ ...activeQuery, enabled: can('alerts:read').ok })
  const escalations = useQuery({ ...escalationsQuery, enabled: can('alerts:read').ok })
  const decides = can('commands:approve').ok
  const commands = useQuery({ ...approvalsQuery, enabled: decides })
  const items = attentionOf({
    health,
    pending: pending.data,
    locked: locked.data,
    logins: logins.data,
    alerts: alerts.data?.alerts ?? [],
    escalations: escalations.data?.escalations ?? [],
    commands: commands.data?.commands ?? [],
  })
  return { items, isComing: areComing(pending, locked, logins, alerts, escalations, commands) }
}

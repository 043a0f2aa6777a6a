import { Outlet } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLive } from '#console/live.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Tabs } from '#console/ui/Tabs.tsx'
import { activeQuery } from './queries.ts'

interface AlertsFrameProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** Head and tabs of all pages about alerts. */
export function AlertsFrame({ title, lead, actions, children }: AlertsFrameProps) {
  useLiveDeliveries()
  return (
    <>
      <PageHeader title={title} lead={lead} actions={actions} />
      <AlertsTabs />
      {children}
      <Outlet />
    </>
  )
}

function AlertsTabs() {
  const { data } = useQuery(activeQuery)
  const open = data ? data.counts.firing + data.counts.acknowledged : 0
  return (
    <Tabs
      label="Alerts"
      tabs={[
        { to: pb.alerts(), label: 'Firing', ...(open > 0 && { count: open }) },
        { to: pb.alerts('rules'), label: 'Rules' },
        { to: pb.alerts('history'), label: 'History' },
        { to: pb.alerts('silences'), label: 'Silences' },
        { to: pb.alerts('channels'), label: 'Channels' },
        { to: pb.alerts('policies'), label: 'Policies' },
        { to: pb.alerts('deliveries'), label: 'Deliveries' },
      ]}
    />
  )
}

/** What was sent, and how that went, as it happens. */
export const useLiveDeliveries = (): void =>
  useLive('deliveries', () => {
    for (const queryKey of [['deliveries'], ['channels'], ['alerts', 'one']])
      void queryClient.invalidateQueries({ queryKey })
  })

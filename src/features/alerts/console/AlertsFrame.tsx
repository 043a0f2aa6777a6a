import { Outlet } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useLive } from '#console/live.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Tabs } from '#console/ui/Tabs.tsx'

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
      {/* With an aside, if only an empty one, the head keeps its height on a phone when the lead comes. */}
      <PageHeader title={title} lead={lead} aside={null} actions={actions} />
      <Tabs label="Alerts" tabs={tabs} />
      {children}
      <Outlet />
    </>
  )
}

const tabs = [
  { to: pb.alerts(), label: 'Firing' },
  { to: pb.alerts('rules'), label: 'Rules' },
  { to: pb.alerts('history'), label: 'History' },
  { to: pb.alerts('silences'), label: 'Silences' },
  { to: pb.alerts('channels'), label: 'Channels' },
  { to: pb.alerts('policies'), label: 'Policies' },
  { to: pb.alerts('deliveries'), label: 'Deliveries' },
]

/** What was sent, and how that went, as it happens. */
export const useLiveDeliveries = (): void =>
  useLive('deliveries', () => {
    for (const queryKey of [['deliveries'], ['channels'], ['alerts', 'one'], ['alerts', 'escalations']])
      void queryClient.invalidateQueries({ queryKey })
  })

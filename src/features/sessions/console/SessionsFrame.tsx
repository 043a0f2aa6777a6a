import { Outlet } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Tabs } from '#console/ui/Tabs.tsx'
import { useLiveSessions } from './useLiveSessions.ts'

interface SessionsFrameProps {
  title: string
  lead: ReactNode
  children: ReactNode
}

/** Head and tabs of the lists of sessions and runners. */
export function SessionsFrame({ title, lead, children }: SessionsFrameProps) {
  useLiveSessions()
  return (
    <>
      <PageHeader title={title} lead={lead} actions={<NewSessionLink />} />
      <Tabs
        label="Sessions"
        tabs={[
          { to: pb.sessions(), label: 'Sessions' },
          { to: pb.runners(), label: 'Runners' },
        ]}
      />
      {children}
      <Outlet />
    </>
  )
}

function NewSessionLink() {
  const { ok, reason } = useCan()('sessions:write')
  return ok ? (
    <ButtonLink to={pb.sessionNew()} search variant="primary" icon={Plus}>
      New session
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={Plus} disabledReason={reason}>
      New session
    </Button>
  )
}

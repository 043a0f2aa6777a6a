import { useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { deviceOf } from '#console/device.ts'
import { plural } from '#console/format.ts'
import { queryClient } from '#console/queryClient.ts'
import { MeTabs } from '#console/shell/MeTabs.tsx'
import { logOut } from '#console/shell/UserMenu.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { SessionTable, type Session } from '#console/ui/SessionTable.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { mySessionsQuery } from './queries.ts'

export default function SessionsPage() {
  const sessions = useQuery(mySessionsQuery)
  const [confirming, setConfirming] = useState(false)
  const others = (sessions.data ?? []).filter(({ current }) => !current)
  const endOthers = async (): Promise<void> => {
    await Promise.all(others.map(({ id }) => call('DELETE /me/sessions/{id}', { params: { id } })))
    await queryClient.invalidateQueries({ queryKey: mySessionsQuery.queryKey })
    toastDone(`${plural(others.length, 'session')} ended`)
  }
  return (
    <>
      <PageHeader
        title="Sessions"
        lead="Where you are logged in. End what you do not know, then change your password."
      />
      <MeTabs />
      <div className="mb-3 flex justify-end">
        <Button
          icon={LogOut}
          disabledReason={others.length > 0 ? undefined : 'You are logged in only here'}
          onClick={() => setConfirming(true)}
        >
          End all others
        </Button>
      </div>
      <Card padding="flush">
        <SessionTable
          sessions={sessions.data}
          error={sessions.error}
          onRetry={() => void sessions.refetch()}
          actions={actionsOn}
        />
      </Card>
      <ConfirmDialog
        open={confirming}
        onClose={() => setConfirming(false)}
        title="End all other sessions"
        confirm={`End ${plural(others.length, 'session')}`}
        onConfirm={endOthers}
      >
        Whoever uses them has to log in again. You stay logged in here.
      </ConfirmDialog>
    </>
  )
}

const actionsOn = (session: Session): MenuItem[] =>
  session.current
    ? [{ label: 'Log out', icon: LogOut, onSelect: () => void logOut() }]
    : [{ label: 'End session', icon: LogOut, danger: true, onSelect: () => void end(session) }]

/** Shown as ended at once; it comes back if the server would not. */
async function end({ id, user_agent }: Session): Promise<void> {
  await queryClient.cancelQueries({ queryKey: mySessionsQuery.queryKey })
  queryClient.setQueryData(mySessionsQuery.queryKey, (known) => known?.filter((session) => session.id !== id))
  await call('DELETE /me/sessions/{id}', { params: { id } }).then(
    () => toastDone(`${deviceOf(user_agent)} was logged out`),
    toastError,
  )
  await queryClient.invalidateQueries({ queryKey: mySessionsQuery.queryKey })
}

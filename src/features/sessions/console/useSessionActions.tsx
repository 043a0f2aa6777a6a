import { Pause, Play, Square, Trash2, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { NobodyDialog } from './NobodyDialog.tsx'
import { nobodyThere, type Nobody } from './nobody.ts'
import { refreshSessions, type Session } from './queries.ts'
import { stepWords, whyNotDelete, whyNotStep, type Step } from './words.ts'

export const stepIcons: Record<Step, LucideIcon> = { start: Play, pause: Pause, resume: Play, stop: Square }

const waitSeconds = 3_600

export interface SessionActions {
  /** Resolves when it is asked for, or was refused and told. */
  take: (step: Step, session: Session) => Promise<void>
  /** Undefined for who may only look. */
  itemsFor: ((session: Session) => MenuItem[]) | undefined
  dialogs: ReactNode
}

/** What can be done with a session, for its row and its page. `onDeleted` leaves the page that is no more. */
export function useSessionActions(onDeleted?: () => void): SessionActions {
  const isAllowed = useCan()('sessions:write').ok
  const [deleting, setDeleting] = useState<Session>()
  const [refused, setRefused] = useState<{ step: Step; session: Session; nobody: Nobody }>()
  const take = async (step: Step, session: Session): Promise<void> => {
    try {
      await call('POST /sessions/{session_id}/{action}', { params: { session_id: session.id, action: step } })
      toastDone(`${session.name}: ${stepWords[step].toLowerCase()} was asked for`)
    } catch (error) {
      const nobody = nobodyThere(error)
      if (nobody) setRefused({ step, session, nobody })
      else toastError(error)
    }
    await refreshSessions()
  }
  const wait = async (): Promise<void> => {
    if (!refused) return
    const { step, session } = refused
    await call('POST /commands', {
      body: {
        command: `${step}_session`,
        type: 'control',
        session_id: session.id,
        deadline_seconds: waitSeconds,
        wait: true,
      },
    })
    await refreshSessions()
    toastDone(`${session.name}: ${stepWords[step].toLowerCase()} waits for the runner`)
  }
  const remove = async (): Promise<void> => {
    if (!deleting) return
    await call('DELETE /sessions/{session_id}', { params: { session_id: deleting.id } })
    onDeleted?.()
    await refreshSessions()
    toastDone(`${deleting.name} was deleted`)
  }
  const itemsFor = (session: Session): MenuItem[] => [
    ...(['start', 'pause', 'resume', 'stop'] as const).map((step) => ({
      label: stepWords[step],
      icon: stepIcons[step],
      onSelect: () => void take(step, session),
      disabledReason: whyNotStep(step, session),
    })),
    'separator',
    {
      label: 'Delete',
      icon: Trash2,
      danger: true,
      onSelect: () => setDeleting(session),
      disabledReason: whyNotDelete(session),
    },
  ]
  return {
    take,
    itemsFor: isAllowed ? itemsFor : undefined,
    dialogs: (
      <>
        <ConfirmDialog
          open={deleting !== undefined}
          onClose={() => setDeleting(undefined)}
          title="Delete session"
          confirm="Delete session"
          onConfirm={remove}
        >
          <span dir="auto" className="break-words text-text">
            {deleting?.name}
          </span>{' '}
          and what happened in it are deleted. This cannot be undone.
        </ConfirmDialog>
        <NobodyDialog nobody={refused?.nobody} onClose={() => setRefused(undefined)} onWait={wait} />
      </>
    ),
  }
}

import { Toaster as Sonner, toast } from 'sonner'
import { ApiError } from '../errors.ts'
import { shownTheme, usePreferences } from '../preferences.ts'

/** What can be pressed stays long enough for it. */
const actionMs = 10_000

export function Toaster() {
  usePreferences()
  return (
    <Sonner
      theme={shownTheme()}
      position="bottom-right"
      gap={8}
      toastOptions={{
        style: {
          background: 'var(--raised)',
          borderColor: 'var(--border)',
          color: 'var(--text)',
          borderRadius: 8,
          fontSize: 13,
          boxShadow: 'var(--shadow)',
        },
        classNames: {
          description: '!text-muted',
          actionButton: '!bg-accent !text-on-solid',
          icon: '[[data-type=error]_&]:text-error [[data-type=success]_&]:text-ok',
        },
      }}
    />
  )
}

/** With an action: where to see it. */
export const toastDone = (message: string, action?: { label: string; onClick: () => void }): void =>
  void toast.success(message, { ...(action && { action, duration: actionMs }) })

/** A failure is told once, with what support needs to find it. */
export const toastError = (error: unknown): void =>
  void toast.error(error instanceof Error ? error.message : String(error), {
    ...(error instanceof ApiError && error.requestId && { description: `${error.code} · request ${error.requestId}` }),
    duration: 8_000,
  })

/** For what can be taken back: it is done at once, and undone within ten seconds. */
export const toastUndo = (message: string, undo: () => void): void =>
  void toast(message, { duration: actionMs, action: { label: 'Undo', onClick: undo } })

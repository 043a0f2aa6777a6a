import { Toaster as Sonner, toast } from 'sonner'
import { ApiError } from '../errors.ts'
import { shownTheme, usePreferences } from '../preferences.ts'

const undoMs = 10_000

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

export const toastDone = (message: string): void => void toast.success(message)

/** A failure is told once, with what support needs to find it. */
export const toastError = (error: unknown): void =>
  void toast.error(error instanceof Error ? error.message : String(error), {
    ...(error instanceof ApiError && error.requestId && { description: `${error.code} · request ${error.requestId}` }),
    duration: 8_000,
  })

/** For what can be taken back: it is done at once, and undone within ten seconds. */
export const toastUndo = (message: string, undo: () => void): void =>
  void toast(message, { duration: undoMs, action: { label: 'Undo', onClick: undo } })

import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { toastError } from '#console/ui/Toaster.tsx'

interface EdgeProps {
  label: string
  /** Said where there is no more. */
  end: string
  onLoad: (() => Promise<void>) | undefined
}

/** Px; the list reckons with it. */
export const edgePx = 28

/** Above the first line and below the last: more, or that there is none. */
export function Edge({ label, end, onLoad }: EdgeProps) {
  const [isBusy, setBusy] = useState(false)
  const load = (): void => {
    setBusy(true)
    onLoad?.()
      .catch(toastError)
      .finally(() => setBusy(false))
  }
  return (
    <div style={{ height: edgePx }} className="flex items-center px-3 font-sans text-sm text-faint">
      {onLoad ? (
        <Button size="sm" variant="ghost" busy={isBusy} onClick={load} className="!h-6">
          {label}
        </Button>
      ) : (
        end
      )}
    </div>
  )
}

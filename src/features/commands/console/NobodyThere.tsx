import { Clock } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import { HowToStartRunner, type Nobody } from '#features/sessions/console/index.ts'

interface NobodyThereProps {
  nobody: Nobody
  onWait: () => Promise<unknown>
}

/** Says that nobody would carry the command out, and offers what helps. */
export function NobodyThere({ nobody: { message, canWait }, onWait }: NobodyThereProps) {
  const [isBusy, setBusy] = useState(false)
  const wait = async (): Promise<void> => {
    setBusy(true)
    await onWait().catch(toastError)
    setBusy(false)
  }
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md border border-warn/50 bg-surface px-3 py-2">
      <p className="flex items-start gap-2">
        <span className="pt-1.5">
          <StatusShape level="warn" />
        </span>
        <span dir="auto" className="min-w-0 break-words">
          {message}
        </span>
      </p>
      {canWait ? (
        <div>
          <Button icon={Clock} busy={isBusy} onClick={() => void wait()}>
            Wait for a runner until the deadline
          </Button>
        </div>
      ) : (
        <HowToStartRunner />
      )}
    </div>
  )
}

import { useEffect, useState } from 'react'
import { Button } from '#console/ui/Button.tsx'

const slowMs = 5_000

/** After five seconds of waiting: that it still goes on, and how to end it. */
export function SlowNote({ onCancel }: { onCancel: () => void }) {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), slowMs)
    return () => clearTimeout(timer)
  }, [])
  if (!isSlow) return null
  return (
    <p role="status" className="mt-2 flex items-center gap-2 text-muted">
      Still running…
      <Button size="sm" onClick={onCancel}>
        Cancel
      </Button>
    </p>
  )
}

import { ArrowUp } from 'lucide-react'
import { useState } from 'react'
import { plural } from '#console/format.ts'
import { useLive } from '#console/live.ts'
import { Button } from '#console/ui/Button.tsx'

interface NewEntriesProps {
  /** When the list was true, ms since the epoch. */
  shownAt: number
  onShow: () => void
}

/** Says that there is more than the list shows; rows never move under the pointer by themselves. */
export function NewEntries({ shownAt, onShow }: NewEntriesProps) {
  const [arrived, setArrived] = useState<number[]>([])
  useLive('events', () => setArrived((before) => [...before, Date.now()].slice(-999)))
  const count = arrived.filter((at) => at > shownAt).length
  return (
    <div role="status" className="pointer-events-none relative z-20 h-0">
      {count > 0 && (
        <Button
          icon={ArrowUp}
          onClick={onShow}
          className="pointer-events-auto absolute inset-x-0 -top-2.5 mx-auto w-fit shadow-float"
        >
          {plural(count, 'new record')}
        </Button>
      )}
    </div>
  )
}

import { ArrowLeft } from 'lucide-react'
import { Button } from '#console/ui/Button.tsx'

/** Says that the filter does not count now. */
export const ContextNote = ({ onBack }: { onBack: () => void }) => (
  <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-info/40 bg-info/12 px-3 py-1 text-sm">
    <p>Lines around the marked one, of the same source, whatever the filter says.</p>
    <Button size="sm" icon={ArrowLeft} onClick={onBack}>
      Back to the filter
    </Button>
  </div>
)

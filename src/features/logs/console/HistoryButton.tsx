import { History } from 'lucide-react'
import { useState } from 'react'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { HistoryDialog } from '#features/saved-queries/console/index.ts'

/** Filters that were used before. */
export function HistoryButton({ onChoose }: { onChoose: (query: string) => void }) {
  const [isOpen, setOpen] = useState(false)
  const open = (): void => setOpen(true)
  usePaletteActions([{ label: 'History of the filters', icon: History, run: open }])
  return (
    <>
      <IconButton icon={History} label="History" onClick={open} />
      <HistoryDialog
        page="logs"
        open={isOpen}
        onClose={() => setOpen(false)}
        onChoose={([query = '']) => {
          setOpen(false)
          onChoose(query)
        }}
      />
    </>
  )
}

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { plural } from '../format.ts'
import { IconButton } from './Button.tsx'

interface BulkBarProps {
  count: number
  onClear: () => void
  /** Buttons for what can be done with all of them. */
  children: ReactNode
}

/** Stands in place of the filter bar while rows are chosen. */
export const BulkBar = ({ count, onClear, children }: BulkBarProps) => (
  <div
    role="toolbar"
    aria-label="Chosen rows"
    className="mb-3 flex flex-wrap items-center gap-2 rounded-md bg-selected px-2 py-1 -my-1"
  >
    <IconButton icon={X} label="Choose none" onClick={onClear} />
    <span className="mr-2 font-medium">{plural(count, 'row')} chosen</span>
    {children}
  </div>
)

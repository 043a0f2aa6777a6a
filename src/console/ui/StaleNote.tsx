import { Clock } from 'lucide-react'
import { formatSpan } from '../format.ts'
import { useNow } from './Time.tsx'

interface StaleNoteProps {
  /** When the data was true, ms since the epoch. */
  updatedAt: number
  /** How often it should come. From three times that on it counts as old. */
  intervalMs: number
}

/** Says how old the data is once it is older than it should be; before that nothing. */
export function StaleNote({ updatedAt, intervalMs }: StaleNoteProps) {
  const ageMs = useNow() - updatedAt
  if (ageMs < 3 * intervalMs) return null
  return (
    <span className="inline-flex items-center gap-1 text-sm text-warn">
      <Clock size={12} aria-hidden="true" />
      {formatSpan(ageMs)} old
    </span>
  )
}

import { ChevronLeft, ChevronRight } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { IconButton } from './Button.tsx'

interface PaginationProps {
  offset: number
  limit: number
  total: number
  onOffset: (offset: number) => void
}

/** `1–100 of 15,234` */
export const Pagination = ({ offset, limit, total, onOffset }: PaginationProps) => (
  <nav aria-label="Pages" className="flex items-center justify-end gap-1 px-3 py-2 text-sm text-muted">
    <span className="mr-2">
      {total === 0 ? '0' : `${formatNumber(offset + 1)}–${formatNumber(Math.min(offset + limit, total))}`} of{' '}
      {formatNumber(total)}
    </span>
    <IconButton
      icon={ChevronLeft}
      label="Previous page"
      disabledReason={offset > 0 ? undefined : 'This is the first'}
      onClick={() => onOffset(Math.max(0, offset - limit))}
    />
    <IconButton
      icon={ChevronRight}
      label="Next page"
      disabledReason={offset + limit < total ? undefined : 'This is the last'}
      onClick={() => onOffset(offset + limit)}
    />
  </nav>
)

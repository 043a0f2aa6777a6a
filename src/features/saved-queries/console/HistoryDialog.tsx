import { useQuery } from '@tanstack/react-query'
import { Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Input } from '#console/ui/Field.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { forget, savedQueriesQuery, star, type QueryPage } from './savedQueries.ts'

interface HistoryDialogProps {
  page: QueryPage
  open: boolean
  onClose: () => void
  onChoose: (queries: string[]) => void
}

/** What the user ran; what has a star stays. */
export function HistoryDialog({ page, open, onClose, onChoose }: HistoryDialogProps) {
  const [wanted, setWanted] = useState('')
  const saved = useQuery({ ...savedQueriesQuery(page), enabled: open })
  const entries = saved.data
  const fitting = (entries ?? [])
    .filter(({ queries }) => queries.some((query) => query.toLowerCase().includes(wanted.toLowerCase())))
    .toSorted((a, b) => Number(b.starred) - Number(a.starred))
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Query history"
      lead="Your own, wherever you log in. What has a star stays."
      size="lg"
    >
      {saved.error && <ErrorPanel error={saved.error} what="the history" onRetry={() => void saved.refetch()} />}
      {!entries && !saved.error && <Skeleton className="h-40" />}
      {entries?.length === 0 && (
        <EmptyState kind="none" title="Nothing was run yet">
          Queries stand here after they ran.
        </EmptyState>
      )}
      {entries && entries.length > 0 && (
        <>
          <Input
            type="search"
            aria-label="Search the history"
            placeholder="Search"
            value={wanted}
            onChange={({ target }) => setWanted(target.value)}
            className="mb-2"
          />
          <ul aria-label="Queries">
            {fitting.map((entry) => (
              <li key={entry.id} className="flex items-center gap-2 border-t border-border py-1 first:border-t-0">
                <IconButton
                  icon={Star}
                  label={entry.starred ? 'Remove the star' : 'Star'}
                  aria-pressed={entry.starred}
                  onClick={() => void star(entry, !entry.starred)}
                  className="aria-pressed:text-warn aria-pressed:[&_svg]:fill-current"
                />
                <button
                  type="button"
                  onClick={() => onChoose(entry.queries)}
                  className="min-w-0 flex-1 rounded-sm py-1 text-left font-mono text-sm hover:text-link"
                >
                  {entry.queries.map((query, index) => (
                    // Two rows may hold the same.
                    // oxlint-disable-next-line react/no-array-index-key
                    <span key={index} className="line-clamp-2 block break-all">
                      {query}
                    </span>
                  ))}
                </button>
                <span className="text-sm text-faint max-sm:hidden">
                  <TimeAgo at={entry.used_at} />
                </span>
                <IconButton icon={Trash2} label="Forget" onClick={() => void forget(entry)} />
              </li>
            ))}
          </ul>
          {fitting.length === 0 && <p className="py-4 text-center text-muted">No query has “{wanted}” in it.</p>}
        </>
      )}
    </Dialog>
  )
}

import { formatNumber } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { ActorName } from './ActorName.tsx'
import type { AuditEntry } from './queries.ts'
import { ResultMark } from './ResultMark.tsx'
import { targetName } from './target.ts'

interface AuditTableProps {
  entries: readonly AuditEntry[] | undefined
  error: Error | null
  onRetry: () => void
  current: string | undefined
  onOpen: (seq: string) => void
  onClear: () => void
}

export const AuditTable = ({ entries, error, onRetry, current, onOpen, onClear }: AuditTableProps) => (
  <Table
    label="Records"
    columns={columnsFor(onOpen)}
    rows={entries}
    rowKey={({ seq }) => String(seq)}
    current={current}
    onOpen={({ seq }) => onOpen(String(seq))}
    error={error}
    onRetry={onRetry}
    expectedRows={12}
    empty={
      // Whoever looks has logged in, and that is recorded: only a filter leaves nothing.
      <EmptyState
        kind="filtered"
        title="No record matches"
        action={<Button onClick={onClear}>Show all records</Button>}
      >
        Text is searched as it stands, in actor, action, target and values.
      </EmptyState>
    }
  />
)

const columnsFor = (open: (seq: string) => void): Column<AuditEntry>[] => [
  {
    key: 'action',
    header: 'Action',
    primary: true,
    cell: ({ seq, action }) => (
      <button
        type="button"
        onClick={() => open(String(seq))}
        className="max-w-full truncate rounded-sm text-left font-mono text-sm font-medium hover:underline"
      >
        {action}
      </button>
    ),
  },
  { key: 'timestamp', header: 'Time', cell: ({ timestamp }) => <TimeAgo at={timestamp} /> },
  { key: 'actor', header: 'Actor', cell: ({ actor }) => <ActorName actor={actor} /> },
  {
    key: 'target',
    header: 'Target',
    cell: (entry) => (
      <span className="break-all">
        <span className="text-muted">{entry.target.kind}</span> {targetName(entry)}
      </span>
    ),
  },
  {
    key: 'changes',
    header: 'Changed',
    from: 'lg',
    cell: ({ changes }) => (
      <span className="line-clamp-1 font-mono text-sm break-all text-muted">
        {changes.map(({ field }) => field).join(' ')}
      </span>
    ),
  },
  { key: 'result', header: 'Result', cell: ({ result }) => <ResultMark result={result} /> },
  {
    key: 'address',
    header: 'Address',
    from: 'lg',
    cell: ({ address }) => <span className="font-mono text-sm">{address}</span>,
  },
  {
    key: 'seq',
    header: 'Record',
    from: 'lg',
    align: 'end',
    cell: ({ seq }) => <span className="text-faint">{formatNumber(seq)}</span>,
  },
]

import { useQuery } from '@tanstack/react-query'
import { formatNumber, plural } from '#console/format.ts'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import { AuditTable } from './AuditTable.tsx'
import { EntryDetails } from './EntryDetails.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { isFiltered, nothingFiltered, useAuditSearch } from './filters.ts'
import { NewEntries } from './NewEntries.tsx'
import { auditEntryQuery, auditQuery, entriesPerPage } from './queries.ts'
import { BrokenLog, VerifiedBadge } from './Verified.tsx'

export default function AuditPage() {
  const [search, setSearch] = useAuditSearch()
  const entries = useQuery(auditQuery(search))
  const peek = usePeek(entries.data?.logs.map(({ seq }) => String(seq)) ?? [])
  const total = entries.data?.total
  return (
    <>
      <PageHeader
        title="Audit log"
        lead={total === undefined ? '\u00a0' : plural(total, isFiltered(search) ? 'matching record' : 'record')}
        aside={<VerifiedBadge />}
        actions={<ExportMenu search={search} count={total} />}
      />
      <BrokenLog onOpen={peek.open} />
      <AuditFilters search={search} onChange={setSearch} entries={entries.data?.logs} />
      <NewEntries shownAt={entries.dataUpdatedAt} onShow={() => (setSearch({ offset: 0 }), void entries.refetch())} />
      <Card padding="flush">
        <AuditTable
          entries={entries.data?.logs}
          error={entries.error}
          onRetry={() => void entries.refetch()}
          current={peek.id}
          onOpen={peek.open}
          onClear={() => setSearch(nothingFiltered)}
        />
        {total !== undefined && total > entriesPerPage && (
          <Pagination
            offset={search.offset}
            limit={entriesPerPage}
            total={total}
            onOffset={(offset) => setSearch({ offset })}
          />
        )}
      </Card>
      <PeekPanel peek={peek} title={`Record ${formatNumber(Number(peek.id))}`}>
        {peek.id && <Peeked seq={peek.id} />}
      </PeekPanel>
    </>
  )
}

function Peeked({ seq }: { seq: string }) {
  const entry = useQuery(auditEntryQuery(seq))
  if (entry.data) return <EntryDetails entry={entry.data} />
  if (entry.error) return <ErrorPanel error={entry.error} what="the record" onRetry={() => void entry.refetch()} />
  return <Skeleton className="h-64 w-full" />
}

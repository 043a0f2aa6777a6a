import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '#console/client.ts'
import { formatBytes, formatDuration, formatNumber } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { databaseQuery } from './queries.ts'

export function DatabaseCard() {
  const database = useQuery(databaseQuery)
  if (database.error && !database.data) {
    return <ErrorPanel error={database.error} what="the database" onRetry={() => void database.refetch()} />
  }
  if (!database.data) {
    return (
      <Card title="Database">
        <Skeleton className="h-48 w-full" />
      </Card>
    )
  }
  const { description, size_bytes, latency_ms, queries, tables, rows_counted_max } = database.data
  const largest = tables.toSorted((a, b) => b.rows - a.rows)
  return (
    <Card title="Database" aside={<Maintain />}>
      <Facts
        facts={[
          [
            'Where',
            <span key="where" className="break-all">
              {description}
            </span>,
          ],
          ['Size', formatBytes(size_bytes)],
          ['Answers in', formatDuration(latency_ms)],
          [
            'Queries',
            `${formatNumber(queries.per_second)} a second${queries.p95_ms === null ? '' : `, p95 ${formatDuration(queries.p95_ms)}`}`,
          ],
        ]}
      />
      <h3 className="mt-3 mb-1 text-sm font-medium text-muted">Rows</h3>
      <ul className="grid grid-cols-2 gap-x-4 max-sm:grid-cols-1">
        {largest.map(({ name, rows }) => (
          <li key={name} className="flex justify-between gap-2">
            <span className="truncate">{name}</span>
            <span className="text-muted tabular-nums">
              {formatNumber(rows)}
              {rows === rows_counted_max && ' or more'}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Maintain() {
  const can = useCan()
  const maintain = useMutation({
    mutationFn: () => call('POST /admin/database/maintenance'),
    onSuccess: async ({ message }) => {
      await queryClient.invalidateQueries({ queryKey: databaseQuery.queryKey })
      toastDone(message)
    },
    onError: toastError,
  })
  return (
    <Button
      size="sm"
      busy={maintain.isPending}
      disabledReason={can('system:configure').reason}
      onClick={() => maintain.mutate()}
    >
      Maintain now
    </Button>
  )
}

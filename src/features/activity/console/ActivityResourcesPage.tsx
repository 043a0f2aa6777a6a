import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatBytes, formatDuration, formatNumber, formatPercent } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { oneOf, useSearch } from '#console/search.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Meter } from '#console/ui/Meter.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { ActivityFrame } from './ActivityFrame.tsx'
import { PersonLink } from './PersonLink.tsx'
import { consumerSorts, resourcesQuery, type Consumer } from './queries.ts'
import { inWords, useRange } from './range.ts'

const kinds = ['user', 'project'] as const
const searchParams = { by: oneOf(kinds, 'user'), sort: oneOf(consumerSorts, 'time') }

/** Who, or which project, makes the server work most. */
export default function ActivityResourcesPage() {
  const { days } = useRange()
  const [{ by, sort }, setSearch] = useSearch(searchParams)
  const resources = useQuery(resourcesQuery({ days, by, sort }))
  return (
    <ActivityFrame>
      <Card
        title="Consumption"
        padding="flush"
        aside={
          <Segments
            label="Consumption of"
            value={by}
            options={[
              { value: 'user', label: 'Users' },
              { value: 'project', label: 'Projects' },
            ]}
            onChange={(next) => setSearch({ by: next })}
          />
        }
      >
        <Table
          label="Consumption"
          columns={columnsFor(by)}
          rows={resources.data?.consumers}
          rowKey={({ id }) => id}
          sort={`-${sort}`}
          onSort={(key) => setSearch({ sort: consumerSorts.find((known) => known === key.replace('-', '')) ?? 'time' })}
          error={resources.error}
          onRetry={() => void resources.refetch()}
          empty={<EmptyState kind="none" title={`No ${by} consumed anything in ${inWords(days)}`} />}
        />
      </Card>
    </ActivityFrame>
  )
}

const columnsFor = (by: (typeof kinds)[number]): Column<Consumer>[] => [
  {
    key: 'name',
    header: by === 'user' ? 'User' : 'Project',
    primary: true,
    cell: (row) =>
      by === 'user' ? (
        <PersonLink person={{ ...row, user_id: row.id, username: row.name }} />
      ) : (
        <ProjectLink project={row} />
      ),
  },
  {
    key: 'share',
    header: 'Share of time',
    width: '30%',
    cell: ({ name, time_share }) => (
      <Meter
        label={`Share of ${name ?? 'what was deleted'}`}
        percent={time_share * 100}
        warnFrom={101}
        errorFrom={101}
        text={formatPercent(time_share * 100)}
      />
    ),
  },
  { key: 'time', header: 'Server time', align: 'end', sortable: true, cell: ({ time_ms }) => formatDuration(time_ms) },
  { key: 'calls', header: 'Calls', align: 'end', sortable: true, cell: ({ calls }) => formatNumber(calls) },
  { key: 'bytes', header: 'Sent', align: 'end', sortable: true, cell: ({ bytes }) => formatBytes(bytes) },
  { key: 'messages', header: 'Messages', align: 'end', sortable: true, cell: ({ messages }) => formatNumber(messages) },
]

const ProjectLink = ({ project: { id, name, demo } }: { project: Consumer }) => (
  <span className="inline-flex max-w-full min-w-0 items-center gap-2">
    {name === null ? (
      <span className="text-muted">deleted project</span>
    ) : (
      <Link to={pb.project(id)} className="truncate rounded-sm font-medium hover:underline">
        {name}
      </Link>
    )}
    {demo && <Badge tone="info">demo</Badge>}
  </span>
)

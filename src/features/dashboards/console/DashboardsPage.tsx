import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { FileInput, Lock, Plus } from 'lucide-react'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { flag, list, oneOf, text, useSearch } from '#console/search.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { panelTypes } from './choices.ts'
import { Preview } from './Preview.tsx'
import { dashboardsQuery, type DashboardSummary } from './queries.ts'
import { StarButton } from './StarButton.tsx'
import { useDashboardActions } from './useDashboardActions.tsx'

const sorts = ['title', '-title', 'folder', '-folder', 'updated_at', '-updated_at'] as const
const searchParams = { q: text(), tags: list(), folder: text(), starred: flag(), sort: oneOf(sorts, 'title') }

export default function DashboardsPage() {
  const [search, setSearch] = useSearch(searchParams)
  const { q, tags, folder, starred, sort } = search
  const navigate = useNavigate()
  const actions = useDashboardActions()
  const mayWrite = useCan()('dashboards:write').ok
  const dashboards = useQuery(dashboardsQuery)
  const all = dashboards.data?.dashboards
  const rows = all && sorted(matching(all, search), sort)
  const peek = usePeek((rows ?? []).map(({ id }) => id))
  const peeked = all?.find(({ id }) => id === peek.id)
  const allTags = [...new Set((all ?? []).flatMap((one) => one.tags))].toSorted()
  const folders = [...new Set((all ?? []).map((one) => one.folder).filter(Boolean))].toSorted()
  return (
    <>
      <PageHeader
        title="Dashboards"
        lead="Metrics and logs on one page: those that come with Miktos, and your own."
        actions={
          mayWrite && (
            <>
              <ButtonLink to={pb.dashboardImport()} search icon={FileInput}>
                Import
              </ButtonLink>
              <ButtonLink to={pb.dashboardNew()} search variant="primary" icon={Plus}>
                New dashboard
              </ButtonLink>
            </>
          )
        }
      />
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next }, { replace: true })}
        placeholder="Title or description"
        filters={[
          {
            key: 'tags',
            label: 'Tags',
            options: allTags.map((value) => ({ value, label: value })),
            value: tags,
            onChange: (next) => setSearch({ tags: next }),
          },
          ...(folders.length > 0
            ? [
                {
                  key: 'folder',
                  label: 'Folder',
                  single: true,
                  options: folders.map((value) => ({ value, label: value })),
                  value: folder ? [folder] : [],
                  onChange: ([next]: string[]) => setSearch({ folder: next ?? '' }),
                },
              ]
            : []),
        ]}
      >
        <Checkbox
          label="Starred only"
          checked={starred}
          onChange={({ target }) => setSearch({ starred: target.checked })}
        />
      </FilterBar>
      {dashboards.data?.problems.map(({ file, message }) => (
        <p
          key={file}
          role="alert"
          className="mb-2 rounded-md border border-warn/40 bg-surface px-3 py-2 whitespace-pre-wrap"
        >
          <span className="font-medium">{file}</span> is no dashboard: {message}
        </p>
      ))}
      <Card padding="flush">
        <Table
          label="Dashboards"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          sort={sort}
          onSort={(next) => setSearch({ sort: sorts.find((known) => known === next) ?? 'title' })}
          onOpen={({ id }) => peek.open(id)}
          current={peek.id}
          actions={actions.itemsFor}
          error={dashboards.error}
          onRetry={() => void dashboards.refetch()}
          expectedRows={4}
          empty={
            <EmptyState
              kind="filtered"
              title="No dashboard matches"
              action={
                <Button onClick={() => setSearch({ q: '', tags: [], folder: '', starred: false })}>Show all</Button>
              }
            />
          }
        />
      </Card>
      <PeekPanel peek={peek} title={peeked?.title ?? 'Dashboard'} {...(peek.id && { to: pb.dashboard(peek.id) })}>
        {peeked && <Peeked dashboard={peeked} onOpen={() => void navigate({ to: pb.dashboard(peeked.id) })} />}
      </PeekPanel>
      {actions.dialogs}
      <Outlet />
    </>
  )
}

function matching(
  all: DashboardSummary[],
  { q, tags, folder, starred }: { q: string; tags: string[]; folder: string; starred: boolean },
) {
  const words = q.toLowerCase()
  return all.filter(
    (one) =>
      `${one.title}\n${one.description}`.toLowerCase().includes(words) &&
      (tags.length === 0 || tags.some((tag) => one.tags.includes(tag))) &&
      (folder === '' || one.folder === folder) &&
      (!starred || one.starred),
  )
}

/** Starred ones stand first in every order. */
function sorted(rows: DashboardSummary[], sort: (typeof sorts)[number]): DashboardSummary[] {
  const key = sort.replace('-', '') as 'title' | 'folder' | 'updated_at'
  const direction = sort.startsWith('-') ? -1 : 1
  return rows.toSorted(
    (a, b) =>
      Number(b.starred) - Number(a.starred) ||
      direction * (a[key] ?? '').localeCompare(b[key] ?? '') ||
      a.title.localeCompare(b.title),
  )
}

const columns: Column<DashboardSummary>[] = [
  {
    key: 'title',
    header: 'Title',
    primary: true,
    sortable: true,
    width: '40%',
    cell: (dashboard) => (
      <span className="flex min-w-0 items-center gap-1">
        <StarButton dashboard={dashboard} />
        <Link to={pb.dashboard(dashboard.id)} dir="auto" className="min-w-0 truncate font-medium hover:underline">
          {dashboard.title}
        </Link>
        {dashboard.source === 'file' && (
          <Lock size={12} role="img" aria-label="Locked: from a file" className="text-faint" />
        )}
      </span>
    ),
  },
  { key: 'folder', header: 'Folder', sortable: true, from: 'lg', cell: ({ folder }) => folder || '–' },
  {
    key: 'tags',
    header: 'Tags',
    cell: ({ tags }) => (
      <span className="flex flex-wrap gap-1">
        {tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </span>
    ),
  },
  { key: 'owner', header: 'Owner', cell: ({ source, owner_username }) => owner_username ?? sourceWords[source] },
  {
    key: 'updated_at',
    header: 'Changed',
    sortable: true,
    from: 'lg',
    cell: ({ updated_at }) => <TimeAgo at={updated_at} never="–" />,
  },
]

const sourceWords = { builtin: 'Miktos', file: 'a file', own: 'nobody' }

function Peeked({ dashboard, onOpen }: { dashboard: DashboardSummary; onOpen: () => void }) {
  const { description, panel_count, panel_types, source, owner_username, version } = dashboard
  return (
    <div className="flex flex-col gap-4">
      {description && <p className="text-pretty text-muted">{description}</p>}
      <Preview id={dashboard.id} />
      <Facts
        facts={[
          [
            'Panels',
            `${plural(panel_count, 'panel')}: ${panel_types.map((type) => panelTypes[type].toLowerCase()).join(', ') || 'none'}`,
          ],
          ['Owner', owner_username ?? sourceWords[source]],
          ['Version', source === 'own' ? String(version) : 'locked'],
        ]}
      />
      <Button onClick={onOpen}>Open the dashboard</Button>
    </div>
  )
}

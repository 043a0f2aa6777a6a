import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { formatNumber } from '#console/format.ts'
import { useCan, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { flag, integer, maybeOneOf, oneOf, text, useSearch } from '#console/search.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { DemoNote } from '#console/shell/DemoNote.tsx'
import { ProjectName } from './ProjectName.tsx'
import { ProjectStatusMark, statusWords } from './ProjectStatusMark.tsx'
import { projectsPerPage, projectsQuery, sorts, statuses, type Project } from './queries.ts'
import { useProjectActions } from './useProjectActions.tsx'

const searchParams = {
  q: text(),
  status: maybeOneOf(statuses),
  mine: flag(),
  sort: oneOf(sorts, '-updated_at'),
  offset: integer(0),
}

export default function ProjectsPage() {
  const [{ q, status, mine, sort, offset }, setSearch] = useSearch(searchParams)
  const me = useMe()
  const navigate = useNavigate()
  const actions = useProjectActions()
  const seesAll = useCan()(['projects:read', 'projects:write', 'projects:delete']).ok
  const projects = useQuery(projectsQuery({ q, status, owner_id: mine ? me.user.id : undefined, sort, offset }))
  const showAll = (): void => setSearch({ q: '', status: undefined, mine: false, offset: 0 })
  return (
    <>
      <PageHeader
        title="Projects"
        lead={seesAll ? "Everybody's work, with its messages." : 'Your work, with its messages.'}
        actions={<NewProjectLink />}
      />
      <DemoNote>
        <FilterBar
          q={q}
          onQ={(next) => setSearch({ q: next, offset: 0 }, { replace: true })}
          placeholder="Name or description"
          filters={[
            {
              key: 'status',
              label: 'Status',
              single: true,
              options: statuses.map((value) => ({ value, label: statusWords[value] })),
              value: status ? [status] : [],
              onChange: ([next]) => setSearch({ status: statuses.find((known) => known === next), offset: 0 }),
            },
          ]}
        >
          {seesAll && (
            <Checkbox
              label="Mine only"
              checked={mine}
              onChange={({ target }) => setSearch({ mine: target.checked, offset: 0 })}
            />
          )}
        </FilterBar>
        <Card padding="flush">
          <Table
            label="Projects"
            columns={columnsFor(seesAll)}
            rows={projects.data?.projects}
            rowKey={({ id }) => id}
            sort={sort}
            onSort={(next) => setSearch({ sort: sorts.find((known) => known === next) ?? '-updated_at', offset: 0 })}
            onOpen={({ id }) => void navigate({ to: pb.project(id) })}
            actions={actions.itemsFor}
            error={projects.error}
            onRetry={() => void projects.refetch()}
            empty={
              q || status || mine ? (
                <EmptyState
                  kind="filtered"
                  title="No project matches"
                  action={<Button onClick={showAll}>Show all</Button>}
                />
              ) : (
                <EmptyState kind="none" title="No projects yet">
                  A project holds messages and goes from pending over processing to completed.
                </EmptyState>
              )
            }
          />
          {projects.data && projects.data.total > projectsPerPage && (
            <Pagination
              offset={offset}
              limit={projectsPerPage}
              total={projects.data.total}
              onOffset={(next) => setSearch({ offset: next })}
            />
          )}
        </Card>
      </DemoNote>
      {actions.dialogs}
      <Outlet />
    </>
  )
}

function NewProjectLink() {
  const { ok, reason } = useCan()('projects:own')
  return ok ? (
    <ButtonLink to={pb.projectNew()} search variant="primary" icon={Plus}>
      New project
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={Plus} disabledReason={reason}>
      New project
    </Button>
  )
}

function columnsFor(seesAll: boolean): Column<Project>[] {
  const columns: (Column<Project> | false)[] = [
    {
      key: 'name',
      header: 'Name',
      primary: true,
      sortable: true,
      width: '36%',
      cell: (project) => <ProjectName project={project} />,
    },
    { key: 'status', header: 'Status', sortable: true, cell: ({ status }) => <ProjectStatusMark status={status} /> },
    seesAll && { key: 'owner', header: 'Owner', cell: ({ owner_username }) => owner_username },
    { key: 'messages', header: 'Messages', align: 'end', cell: ({ message_count }) => formatNumber(message_count) },
    {
      key: 'last_message_at',
      header: 'Last message',
      from: 'lg',
      cell: ({ last_message_at }) => <TimeAgo at={last_message_at} never="none" />,
    },
    { key: 'updated_at', header: 'Changed', sortable: true, cell: ({ updated_at }) => <TimeAgo at={updated_at} /> },
    {
      key: 'created_at',
      header: 'Created',
      sortable: true,
      from: 'xl',
      cell: ({ created_at }) => <TimeAgo at={created_at} />,
    },
  ]
  return columns.filter((column) => column !== false)
}

import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useCan, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { flag, integer, maybeOneOf, text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar, type Filter } from '#console/ui/FilterBar.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Table } from '#console/ui/Table.tsx'
import { HowToStartRunner, runnersQuery, sessionChoicesQuery } from '#features/sessions/console/index.ts'
import { againAddress } from './again.ts'
import { commandColumns } from './commandColumns.tsx'
import { commandsPerPage, commandsQuery, useLiveCommands } from './queries.ts'
import { RunLink } from './RunLink.tsx'
import { useCommandActions } from './useCommandActions.tsx'
import { statuses, statusWords } from './words.ts'

const searchParams = {
  q: text(),
  status: maybeOneOf(statuses),
  session_id: text(),
  open: flag(),
  mine: flag(),
  offset: integer(0),
}
const nothingChosen = { q: '', status: undefined, session_id: '', open: false, mine: false, offset: 0 }

export default function CommandsPage() {
  const [search, setSearch] = useSearch(searchParams)
  const { q, status, session_id, open, mine, offset } = search
  const navigate = useNavigate()
  const me = useMe()
  const seesAll = useCan()(['commands:read', 'commands:approve']).ok
  const listed = useQuery(
    commandsQuery({
      q,
      status,
      session_id,
      offset,
      ...(open && { open: 'true' }),
      ...(mine && { user_id: me.user.id }),
    }),
  )
  const actions = useCommandActions((command) => void navigate(againAddress(command)))
  const sessionFilter = useSessionFilter(session_id, (next) => setSearch({ session_id: next, offset: 0 }))
  useLiveCommands()
  return (
    <>
      <PageHeader
        title="Commands"
        lead={seesAll ? 'What runners were told to do, by whom, and how it went.' : 'What you told runners to do.'}
        actions={<RunLink />}
      />
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next, offset: 0 }, { replace: true })}
        placeholder="Part of the command"
        filters={[
          {
            key: 'status',
            label: 'Status',
            single: true,
            options: statuses.map((value) => ({ value, label: statusWords[value] })),
            value: status ? [status] : [],
            onChange: ([next]) => setSearch({ status: statuses.find((known) => known === next), offset: 0 }),
          },
          ...(sessionFilter ? [sessionFilter] : []),
        ]}
      >
        <Checkbox
          label="Open only"
          className="mr-2"
          checked={open}
          onChange={({ target }) => setSearch({ open: target.checked, offset: 0 })}
        />
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
          label="Commands"
          columns={commandColumns}
          rows={listed.data?.commands}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: pb.command(id) })}
          actions={actions.itemsFor}
          error={listed.error}
          onRetry={() => void listed.refetch()}
          empty={
            q || status || session_id || open || mine ? (
              <EmptyState
                kind="filtered"
                title="No command matches"
                action={<Button onClick={() => setSearch(nothingChosen)}>Show all</Button>}
              />
            ) : (
              <NoCommands />
            )
          }
        />
        {listed.data && listed.data.total > commandsPerPage && (
          <Pagination
            offset={offset}
            limit={commandsPerPage}
            total={listed.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
      {actions.dialogs}
      <Outlet />
    </>
  )
}

/** For those who may see what sessions there are. */
function useSessionFilter(value: string, onChange: (id: string) => void): Filter | undefined {
  const isAllowed = useCan()('sessions:read').ok
  const { data } = useQuery({ ...sessionChoicesQuery, enabled: isAllowed })
  if (!isAllowed) return undefined
  return {
    key: 'session',
    label: 'Session',
    single: true,
    options: data?.sessions.map(({ id, name }) => ({ value: id, label: name })) ?? [],
    value: value ? [value] : [],
    onChange: ([next]) => onChange(next ?? ''),
  }
}

function NoCommands() {
  const isAllowed = useCan()('sessions:read').ok
  const { data } = useQuery({ ...runnersQuery, enabled: isAllowed })
  return data?.runners.length === 0 ? (
    <EmptyState kind="disconnected" title="No commands yet, and no runner has ever connected">
      <p className="mb-2">Runners carry out commands. Start one first.</p>
      <HowToStartRunner />
    </EmptyState>
  ) : (
    <EmptyState kind="none" title="No commands yet">
      Run one of the programs that runners allow, or control a session.
    </EmptyState>
  )
}

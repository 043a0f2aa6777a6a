import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { integer, maybeOneOf, text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Table } from '#console/ui/Table.tsx'
import { HowToStartRunner } from './NoRunner.tsx'
import { runnersQuery, sessionChoicesQuery, sessionsPerPage, sessionsQuery } from './queries.ts'
import { sessionColumns } from './sessionColumns.tsx'
import { SessionsFrame } from './SessionsFrame.tsx'
import { useSessionActions } from './useSessionActions.tsx'
import { statuses, statusWords, summaryOf } from './words.ts'

const searchParams = { q: text(), status: maybeOneOf(statuses), server: text(), offset: integer(0) }

export default function SessionsPage() {
  const [{ q, status, server, offset }, setSearch] = useSearch(searchParams)
  const navigate = useNavigate()
  const listed = useQuery(sessionsQuery({ q, status, server, offset }))
  const servers = useServers(server)
  const actions = useSessionActions()
  const showAll = (): void => setSearch({ q: '', status: undefined, server: '', offset: 0 })
  return (
    <SessionsFrame title="Sessions" lead={listed.data ? summaryOf(listed.data.counts) : '\u00A0'}>
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next, offset: 0 }, { replace: true })}
        placeholder="Name"
        filters={[
          {
            key: 'status',
            label: 'State',
            single: true,
            options: statuses.map((value) => ({ value, label: statusWords[value] })),
            value: status ? [status] : [],
            onChange: ([next]) => setSearch({ status: statuses.find((known) => known === next), offset: 0 }),
          },
          {
            key: 'server',
            label: 'Server',
            single: true,
            options: servers.map((value) => ({ value, label: value })),
            value: server ? [server] : [],
            onChange: ([next]) => setSearch({ server: next ?? '', offset: 0 }),
          },
        ]}
      />
      <Card padding="flush">
        <Table
          label="Sessions"
          columns={sessionColumns}
          rows={listed.data?.sessions}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: pb.session(id) })}
          {...(actions.itemsFor && { actions: actions.itemsFor })}
          error={listed.error}
          onRetry={() => void listed.refetch()}
          empty={
            q || status || server ? (
              <EmptyState
                kind="filtered"
                title="No session matches"
                action={<Button onClick={showAll}>Show all</Button>}
              />
            ) : (
              <NoSessions />
            )
          }
        />
        {listed.data && listed.data.total > sessionsPerPage && (
          <Pagination
            offset={offset}
            limit={sessionsPerPage}
            total={listed.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
      {actions.dialogs}
    </SessionsFrame>
  )
}

/** Of all sessions, and the one that the address asks for. */
function useServers(chosen: string): string[] {
  const { data } = useQuery(sessionChoicesQuery)
  const known = data?.sessions.map(({ server }) => server).filter(Boolean) ?? []
  return [...new Set([...known, ...(chosen ? [chosen] : [])])].toSorted()
}

/** Without a runner a session would wait for ever. */
function NoSessions() {
  const { data } = useQuery(runnersQuery)
  return data?.runners.length === 0 ? (
    <EmptyState kind="disconnected" title="No sessions yet, and no runner has ever connected">
      <p className="mb-2">Runners do the work of sessions. Start one first.</p>
      <HowToStartRunner />
    </EmptyState>
  ) : (
    <EmptyState kind="none" title="No sessions yet">
      A session is work that goes on at a runner: create one and start it.
    </EmptyState>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Ban, RefreshCw } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { plural } from '#console/format.ts'
import { useCan, type Can } from '#console/me.ts'
import { integer, maybeOneOf, useSearch } from '#console/search.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { KeyFacts } from './KeyFacts.tsx'
import { KeyState } from './KeyState.tsx'
import { keysPerPage, keysQuery, type ApiKey, type Whose } from './queries.ts'
import { RevokeKeyDialog } from './RevokeKeyDialog.tsx'
import { RotateKeyDialog } from './RotateKeyDialog.tsx'

const states = [
  { value: 'active', label: 'Active' },
  { value: 'expired', label: 'Expired' },
  { value: 'revoked', label: 'Revoked' },
] as const

const searchParams = { state: maybeOneOf(states.map(({ value }) => value)), offset: integer(0) }

interface KeyTableProps {
  whose: Whose
  /** Right of the filters. */
  children?: ReactNode
}

/** Keys with what can be done to them; filter, page and open row stand in the URL. */
export function KeyTable({ whose, children }: KeyTableProps) {
  const [search, setSearch] = useSearch(searchParams)
  const keys = useQuery(keysQuery(whose, search))
  const peek = usePeek(keys.data?.rows.map(({ id }) => id) ?? [])
  const can = useCan()
  const [rotating, setRotating] = useState<ApiKey>()
  const [revoking, setRevoking] = useState<ApiKey>()
  const open = keys.data?.rows.find(({ id }) => id === peek.id)
  return (
    <>
      <FilterBar
        filters={[
          {
            key: 'state',
            label: 'State',
            options: states,
            single: true,
            value: search.state ? [search.state] : [],
            onChange: ([state]) => setSearch({ state: states.find(({ value }) => value === state)?.value, offset: 0 }),
          },
        ]}
      >
        {children}
      </FilterBar>
      <Card padding="flush">
        <Table
          label="API keys"
          columns={columnsFor(whose, peek.open)}
          rows={keys.data?.rows}
          rowKey={({ id }) => id}
          current={peek.id}
          onOpen={({ id }) => peek.open(id)}
          actions={(key) => actionsOn(key, whose, can, { rotate: setRotating, revoke: setRevoking })}
          error={keys.error}
          onRetry={() => void keys.refetch()}
          empty={
            search.state ? (
              <EmptyState
                kind="filtered"
                title={`No ${search.state} keys`}
                action={<Button onClick={() => setSearch({ state: undefined, offset: 0 })}>Show all</Button>}
              />
            ) : (
              <EmptyState kind="none" title="No API keys">
                A key lets a program do what its owner may do, or less.
              </EmptyState>
            )
          }
        />
        {keys.data && keys.data.total > keysPerPage && (
          <Pagination
            offset={search.offset}
            limit={keysPerPage}
            total={keys.data.total}
            onOffset={(offset) => setSearch({ offset })}
          />
        )}
      </Card>
      <PeekPanel peek={peek} title={open?.name ?? 'API key'}>
        {open ? <KeyFacts apiKey={open} /> : <p className="text-muted">This key is not on this page of the list.</p>}
      </PeekPanel>
      <RotateKeyDialog apiKey={rotating} onClose={() => setRotating(undefined)} />
      <RevokeKeyDialog apiKey={revoking} whose={whose} onClose={() => setRevoking(undefined)} />
    </>
  )
}

function columnsFor(whose: Whose, open: (id: string) => void): Column<ApiKey>[] {
  const columns: (Column<ApiKey> | false)[] = [
    {
      key: 'name',
      header: 'Name',
      primary: true,
      cell: ({ id, name, signing }) => (
        <span className="flex flex-wrap items-center gap-2">
          <button
            type="button"
            onClick={() => open(id)}
            className="min-w-0 truncate rounded-sm text-left font-medium hover:underline"
          >
            {name}
          </button>
          {signing && <Badge>signs</Badge>}
        </span>
      ),
    },
    {
      key: 'prefix',
      header: 'Key',
      cell: ({ prefix }) => <code className="font-mono text-sm text-muted">{prefix}…</code>,
    },
    whose === 'all' && { key: 'username', header: 'Owner', cell: ({ username }) => username },
    { key: 'scopes', header: 'May do', from: 'lg', cell: ({ scopes }) => scopesInShort(scopes) },
    { key: 'state', header: 'State', cell: (key) => <KeyState apiKey={key} /> },
    {
      key: 'last_used_at',
      header: 'Last used',
      cell: ({ last_used_at, last_used_address }) => (
        <>
          <TimeAgo at={last_used_at} />
          {last_used_address && <span className="text-faint"> from {last_used_address}</span>}
        </>
      ),
    },
    { key: 'expires_at', header: 'Expires', from: 'xl', cell: ({ expires_at }) => <TimeAgo at={expires_at} /> },
    { key: 'created_at', header: 'Created', from: 'xl', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
  ]
  return columns.filter((column) => column !== false)
}

function scopesInShort(scopes: string[] | null): string {
  if (scopes === null) return 'Everything its owner may'
  return scopes.length <= 2 ? scopes.join(', ') : plural(scopes.length, 'permission')
}

interface OnKey {
  rotate: (key: ApiKey) => void
  revoke: (key: ApiKey) => void
}

function actionsOn(key: ApiKey, whose: Whose, can: Can, { rotate, revoke }: OnKey): MenuItem[] {
  const revokable = whose === 'mine' ? can('api-keys:own') : can('api-keys:delete')
  const ended = key.state === 'active' ? undefined : `It has ${key.state === 'revoked' ? 'been revoked' : 'expired'}`
  return [
    ...(whose === 'mine'
      ? [
          {
            label: 'Rotate',
            icon: RefreshCw,
            onSelect: () => rotate(key),
            disabledReason: ended ?? (key.rotated_to ? 'It has been replaced already' : undefined),
          },
        ]
      : []),
    {
      label: 'Revoke',
      icon: Ban,
      danger: true,
      onSelect: () => revoke(key),
      disabledReason: key.state === 'revoked' ? ended : revokable.reason,
    },
  ]
}

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronDown, Download, FileInput, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState, type ComponentProps } from 'react'
import { call, urlOf } from '#console/client.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { areComing } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { AlertsFrame, CreateLink } from '#features/alerts/console/index.ts'
import { stepsText, windowText } from './policyWords.ts'
import { channelsQuery, policiesQuery, refresh, routingQuery, type Channel, type Policy } from './queries.ts'
import { RoutingCard } from './RoutingCard.tsx'
import { SimulateCard } from './SimulateCard.tsx'

/** Routes, what they hold back, and policies. */
const coming: ComponentProps<typeof CardSkeletons>['rows'] = [
  { cards: 1, height: 160 },
  { cards: 2, height: 96 },
  { cards: 1, height: 120 },
]

/** Who is told of which alerts, in which steps, and what becomes of an alert that one makes up. */
export default function PoliciesPage() {
  const navigate = useNavigate()
  const mayWrite = useCan()('alerts:write').reason
  const policies = useQuery(policiesQuery)
  const channels = useQuery(channelsQuery)
  const routing = useQuery(routingQuery)
  const [deleting, setDeleting] = useState<Policy>()
  useShortcuts([
    {
      keys: 'n',
      label: 'New policy',
      group: 'Page',
      run: () => {
        if (mayWrite === undefined) void navigate({ to: pb.policyNew() })
      },
    },
  ])
  return (
    <AlertsFrame
      title="Policies"
      lead="Routes lead alerts to channels, or to a policy that goes on step by step until somebody is at it."
      actions={
        <>
          <YamlMenu mayWrite={mayWrite} />
          <CreateLink to={pb.policyNew()} icon={Plus}>
            New policy
          </CreateLink>
        </>
      }
    >
      {areComing(policies, channels, routing) ? (
        <CardSkeletons rows={coming} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_360px] items-start gap-3 max-xl:grid-cols-1">
          <div className="flex min-w-0 flex-col gap-3">
            <RoutingCard />
            <Card title="Policies" padding="flush">
              <Table
                label="Policies"
                columns={columnsFor(mayWrite, channels.data?.channels ?? [])}
                rows={policies.data?.policies}
                rowKey={({ id }) => id}
                expectedRows={2}
                onOpen={({ id }) => {
                  if (mayWrite === undefined) void navigate({ to: pb.policyEdit(id) })
                }}
                actions={(policy) => [
                  { label: 'Change', icon: Pencil, to: pb.policyEdit(policy.id), disabledReason: mayWrite },
                  {
                    label: 'Delete',
                    icon: Trash2,
                    danger: true,
                    onSelect: () => setDeleting(policy),
                    disabledReason: mayWrite ?? (policy.in_use ? 'A route leads to it' : undefined),
                  },
                ]}
                error={policies.error}
                onRetry={() => void policies.refetch()}
                empty={
                  <EmptyState kind="none" title="No policies yet">
                    A policy tells one after the other: the chat at once, after ten minutes whoever is on call, then
                    all.
                  </EmptyState>
                }
              />
            </Card>
          </div>
          <div className="sticky top-0 max-xl:static">
            <SimulateCard />
          </div>
        </div>
      )}
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete policy"
        confirm="Delete policy"
        onConfirm={async () => {
          await call('DELETE /notifications/policies/{policy_id}', { params: { policy_id: deleting!.id } })
          await refresh('policies')
          toastDone(`${deleting!.name} was deleted`)
        }}
      >
        <span dir="auto">{deleting?.name}</span> is deleted. No route leads to it.
      </ConfirmDialog>
    </AlertsFrame>
  )
}

/** Policies, routes and silences as one file. */
const YamlMenu = ({ mayWrite }: { mayWrite: string | undefined }) => (
  <Menu
    items={[
      {
        label: 'Export all as YAML',
        icon: Download,
        onSelect: () => location.assign(urlOf('GET /notifications/export')),
      },
      { label: 'Import YAML', icon: FileInput, to: pb.policiesImport(), disabledReason: mayWrite },
    ]}
    trigger={
      <Button>
        YAML
        <ChevronDown size={12} aria-hidden="true" className="text-faint" />
      </Button>
    }
  />
)

const columnsFor = (mayWrite: string | undefined, channels: readonly Channel[]): Column<Policy>[] => [
  {
    key: 'name',
    header: 'Policy',
    primary: true,
    width: '26%',
    cell: ({ id, name }) =>
      mayWrite === undefined ? (
        <Link to={pb.policyEdit(id)} dir="auto" className="break-words hover:underline">
          {name}
        </Link>
      ) : (
        <span dir="auto" className="break-words">
          {name}
        </span>
      ),
  },
  {
    key: 'steps',
    header: 'Steps',
    cell: (policy) => <span className="break-words">{stepsText(policy, channels)}</span>,
  },
  {
    key: 'quiet',
    header: 'Quiet hours',
    from: 'lg',
    cell: ({ quiet_hours }) => quiet_hours.map(({ window }) => windowText(window)).join('; ') || '–',
  },
  {
    key: 'used',
    header: 'Used',
    cell: ({ in_use }) => (in_use ? 'by a route' : <span className="text-faint">no</span>),
  },
]

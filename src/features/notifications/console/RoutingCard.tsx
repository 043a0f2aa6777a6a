import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { useCan } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { channelsQuery, policiesQuery, refresh, routingQuery, type Routing, type StoredRouting } from './queries.ts'
import { RouteForm } from './RouteForm.tsx'
import { RouteTree } from './RouteTree.tsx'
import {
  emptyRoute,
  routeAt,
  withChild,
  withMoved,
  withoutRoute,
  withRoute,
  type RouteNode,
  type RoutePath,
} from './routeTree.ts'
import { InhibitRules, MuteTimesList } from './RoutingLists.tsx'

/** The tree of routes. Changes are gathered and saved together: half a tree would lose alerts. */
export function RoutingCard() {
  const stored = useQuery(routingQuery)
  if (stored.error) return <ErrorPanel error={stored.error} what="the routes" onRetry={() => void stored.refetch()} />
  if (!stored.data)
    return (
      <Card title="Who is told of what">
        <Skeleton className="h-40 w-full" />
      </Card>
    )
  return <Editor stored={stored.data} />
}

type Editing = { kind: 'change'; path: RoutePath } | { kind: 'add'; below: RoutePath }

function Editor({ stored }: { stored: StoredRouting }) {
  const { reason } = useCan()('alerts:write')
  const { data: channels } = useQuery(channelsQuery)
  const { data: policies } = useQuery(policiesQuery)
  const [draft, setDraft] = useState<{ version: number; routing: Routing }>()
  const [editing, setEditing] = useState<Editing>()
  const [isSaving, setSaving] = useState(false)
  const routing = draft?.routing ?? stored.routing
  // The contract spells out as many levels as there may be; the tree is the same at each.
  const root = routing.route as RouteNode
  const set = (next: Routing): void => setDraft({ version: draft?.version ?? stored.version, routing: next })
  const setRoot = (route: RouteNode): void => set({ ...routing, route: route as Routing['route'] })
  const close = (): void => setEditing(undefined)
  const save = async (): Promise<void> => {
    setSaving(true)
    try {
      await call('PUT /notifications/routes', { body: draft! })
      setDraft(undefined)
      toastDone('The routes are saved')
      await refresh('routing', 'policies')
    } catch (error) {
      toastError(error)
      if (hasCode(error, 'CONFLICT')) {
        const present = await queryClient.fetchQuery({ ...routingQuery, staleTime: 0 })
        setDraft({ ...draft!, version: present.version })
      }
    } finally {
      setSaving(false)
    }
  }
  return (
    <>
      {draft && (
        <div
          role="status"
          className="sticky top-0 z-20 flex flex-wrap items-center justify-between gap-2 rounded-lg border border-warn/50 bg-raised px-3 py-2"
        >
          <span>
            The routes are changed, but not saved.
            {draft.version !== stored.version && draft.version > 0 && ' Somebody else saved them meanwhile.'}
          </span>
          <span className="flex gap-2">
            <Button onClick={() => setDraft(undefined)}>Discard</Button>
            <Button variant="primary" busy={isSaving} onClick={() => void save()}>
              Save routes
            </Button>
          </span>
        </div>
      )}
      <Card
        title="Who is told of what"
        aside={
          stored.updated_at && (
            <span className="text-sm text-muted">
              saved <TimeAgo at={stored.updated_at} /> by {stored.updated_by}
            </span>
          )
        }
      >
        <RouteTree
          root={root}
          channels={channels?.channels ?? []}
          policies={policies?.policies ?? []}
          disabledReason={reason}
          onEdit={(path) => setEditing({ kind: 'change', path })}
          onAdd={(below) => setEditing({ kind: 'add', below })}
          onMove={(path, by) => setRoot(withMoved(root, path, by))}
          onRemove={(path) => setRoot(withoutRoute(root, path))}
        />
      </Card>
      <div className="grid grid-cols-2 items-start gap-3 max-lg:grid-cols-1">
        <MuteTimesList
          muteTimes={routing.mute_times}
          disabledReason={reason}
          onChange={(mute_times) => set({ ...routing, mute_times })}
        />
        <InhibitRules
          rules={routing.inhibit_rules}
          disabledReason={reason}
          onChange={(inhibit_rules) => set({ ...routing, inhibit_rules })}
        />
      </div>
      <Dialog
        open={editing !== undefined}
        onClose={close}
        title={editing?.kind === 'add' ? 'New route' : 'Route'}
        size="lg"
      >
        {editing && (
          <RouteForm
            route={editing.kind === 'add' ? emptyRoute() : (routeAt(root, editing.path) ?? emptyRoute())}
            isRoot={editing.kind === 'change' && editing.path.length === 0}
            muteTimes={routing.mute_times.map(({ name }) => name)}
            onDone={(route) => {
              setRoot(
                editing.kind === 'add'
                  ? withChild(root, editing.below, route)
                  : withRoute(root, editing.path, () => route),
              )
              close()
            }}
            onClose={close}
          />
        )}
      </Dialog>
    </>
  )
}

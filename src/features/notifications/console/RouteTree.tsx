import { ArrowDown, ArrowUp, CornerDownRight, Pencil, Plus, Trash2 } from 'lucide-react'
import { IconButton } from '#console/ui/Button.tsx'
import { spanText } from '#console/spanText.ts'
import { matcherText } from '#features/alerts/console/index.ts'
import { namesOf } from './policyWords.ts'
import type { Channel, Policy } from './queries.ts'
import { levelsMax, targetOf, type RouteNode, type RoutePath } from './routeTree.ts'

interface RouteTreeProps {
  root: RouteNode
  channels: readonly Channel[]
  policies: readonly Policy[]
  disabledReason: string | undefined
  onEdit: (path: RoutePath) => void
  onAdd: (below: RoutePath) => void
  onMove: (path: RoutePath, by: -1 | 1) => void
  onRemove: (path: RoutePath) => void
}

/** Who is told of which alerts: an alert goes down to the first route that fits, and down again from there. */
export const RouteTree = (props: RouteTreeProps) => (
  <ol aria-label="Routes" className="flex flex-col">
    <RouteItem {...props} route={props.root} path={[]} siblings={1} />
  </ol>
)

interface RouteItemProps extends RouteTreeProps {
  route: RouteNode
  path: RoutePath
  siblings: number
}

function RouteItem({ route, path, siblings, ...tree }: RouteItemProps) {
  const { disabledReason, onEdit, onAdd, onMove, onRemove } = tree
  const isRoot = path.length === 0
  const at = path.at(-1) ?? 0
  const name = isRoot ? 'every alert' : route.matchers.map(matcherText).join(' ') || 'every alert'
  const below = route.routes ?? []
  return (
    <li className="min-w-0">
      <div className="group flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-border py-1.5">
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1 max-sm:basis-full">
          {!isRoot && <CornerDownRight size={14} aria-hidden="true" className="shrink-0 text-faint" />}
          {isRoot || route.matchers.length === 0 ? (
            <span className="font-medium">{isRoot ? 'Every alert' : 'Every other alert'}</span>
          ) : (
            route.matchers.map((matcher) => (
              <code key={matcherText(matcher)} className="rounded-sm bg-hover px-1 font-mono text-xs break-all">
                {matcherText(matcher)}
              </code>
            ))
          )}
          <span aria-hidden="true" className="text-faint">
            →
          </span>
          <Target route={route} {...tree} />
          <Details route={route} />
        </span>
        <span className="ml-auto flex items-center">
          <IconButton
            icon={Pencil}
            label={`Change the route of ${name}`}
            disabledReason={disabledReason}
            onClick={() => onEdit(path)}
          />
          <IconButton
            icon={Plus}
            label={`Add a route below ${name}`}
            disabledReason={disabledReason ?? (path.length + 1 >= levelsMax ? 'It cannot be any deeper' : undefined)}
            onClick={() => onAdd(path)}
          />
          {!isRoot && (
            <>
              <IconButton
                icon={ArrowUp}
                label={`Try the route of ${name} earlier`}
                disabledReason={disabledReason ?? (at === 0 ? 'It is the first' : undefined)}
                onClick={() => onMove(path, -1)}
              />
              <IconButton
                icon={ArrowDown}
                label={`Try the route of ${name} later`}
                disabledReason={disabledReason ?? (at === siblings - 1 ? 'It is the last' : undefined)}
                onClick={() => onMove(path, 1)}
              />
              <IconButton
                icon={Trash2}
                label={`Remove the route of ${name}`}
                disabledReason={disabledReason}
                onClick={() => onRemove(path)}
              />
            </>
          )}
        </span>
      </div>
      {below.length > 0 && (
        <ol className="ml-2 border-l border-border pl-3 max-sm:pl-2">
          {below.map((child, index) => (
            // Routes have no identity but their place.
            // oxlint-disable-next-line react/no-array-index-key
            <RouteItem key={index} {...tree} route={child} path={[...path, index]} siblings={below.length} />
          ))}
        </ol>
      )}
    </li>
  )
}

function Target({ route, channels, policies }: Pick<RouteItemProps, 'route' | 'channels' | 'policies'>) {
  switch (targetOf(route)) {
    case 'policy':
      return (
        <span className="break-words">
          policy {policies.find(({ id }) => id === route.policy_id)?.name ?? route.policy_id}
        </span>
      )
    case 'channels':
      return <span className="break-words">{namesOf(route.channels as string[], channels)}</span>
    case 'all':
      return 'all channels'
    case 'nobody':
      return <span className="text-muted">nobody</span>
    case 'inherit':
      return <span className="text-muted">as above</span>
  }
}

/** What differs from the route above. */
function Details({ route }: { route: RouteNode }) {
  const { group_by, group_wait_seconds, group_interval_seconds, repeat_interval_seconds, mute_times = [] } = route
  const told = [
    group_by && `by ${group_by.join(', ')}`,
    group_wait_seconds !== undefined && `waits ${spanText(group_wait_seconds)}`,
    group_interval_seconds !== undefined && `at most every ${spanText(group_interval_seconds)}`,
    repeat_interval_seconds !== undefined && `again after ${spanText(repeat_interval_seconds)}`,
    mute_times.length > 0 && `not during ${mute_times.join(', ')}`,
    route.continue && 'then on to the next',
  ].filter((text) => typeof text === 'string')
  return told.length === 0 ? null : <span className="text-sm text-muted">{told.join(' · ')}</span>
}

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLive } from '#console/live.ts'
import { pb } from '#console/paths.ts'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Status } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { auditQuery, eventsShownMax } from './queries.ts'

interface Happened {
  id: string
  at: string
  actor: string
  action: string
  /** What it was done to; empty where that is the actor. */
  target: string
  refused: boolean
}

interface LiveChange {
  id: string
  topic: string
  at: string
  actor: { id: string; label: string }
  target: { kind: string; id: string }
}

/** What was changed lately and by whom: from the audit log, then as it happens. */
export function RecentEvents() {
  const audit = useQuery(auditQuery)
  const [live, setLive] = useState<Happened[]>([])
  useLive<LiveChange>('events', ({ data: { id, topic, at, actor, target } }) => {
    const happened = {
      id,
      at,
      actor: actor.label,
      action: topic,
      target: targetText(target, actor.id, null),
      refused: false,
    }
    setLive((before) => [happened, ...before].slice(0, eventsShownMax))
  })
  const logged = (audit.data?.logs ?? []).map(
    ({ seq, timestamp, actor, action, target, result, before, after }): Happened => ({
      id: String(seq),
      at: timestamp,
      actor: actor.label,
      action,
      target: targetText(target, actor.id, after ?? before),
      refused: result !== 'ok',
    }),
  )
  // What came live after the log was read may stand in both when the log is read again.
  const fresh = live.filter(
    ({ at, action }) =>
      !logged.some((known) => known.action === action && Math.abs(Date.parse(known.at) - Date.parse(at)) < 1_000),
  )
  const shown = [...fresh, ...logged].slice(0, eventsShownMax)
  return (
    <Card
      title="Latest changes"
      aside={
        <Link to={pb.audit()} className="text-sm text-link hover:underline">
          Audit log
        </Link>
      }
    >
      {audit.error && !audit.data ? (
        <ErrorPanel error={audit.error} what="the latest changes" onRetry={() => void audit.refetch()} />
      ) : !audit.data ? (
        <Skeleton className="h-40 w-full" />
      ) : shown.length === 0 ? (
        <EmptyState kind="none" title="Nothing has been changed yet" />
      ) : (
        <ul className="-my-1 flex flex-col">
          {shown.map((happened) => (
            <Event key={happened.id} happened={happened} />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** By name where the record has one; an id is for finding, not for reading. */
function targetText(
  { kind, id }: LiveChange['target'],
  actorId: string,
  values: Record<string, unknown> | null,
): string {
  if (id === actorId) return ''
  const name = values?.['username'] ?? values?.['name']
  return `${kind} ${typeof name === 'string' ? name : shortened(id)}`
}

const shortened = (id: string): string => (/^[0-9a-f-]{36}$/.test(id) ? `…${id.slice(-6)}` : id)

const Event = ({ happened: { at, actor, action, target, refused } }: { happened: Happened }) => (
  <li className="flex min-h-7 flex-wrap items-center gap-x-2 border-b border-border py-1 last:border-b-0">
    <span className="font-medium">{actor}</span>
    <code className="font-mono text-sm">{action}</code>
    <span className="min-w-0 flex-1 truncate text-sm text-muted">{target}</span>
    {refused && <Status level="warn">refused</Status>}
    <span className="text-sm text-muted">
      <TimeAgo at={at} />
    </span>
  </li>
)

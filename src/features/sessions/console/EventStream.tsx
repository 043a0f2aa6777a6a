import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatClock, formatDay, formatTime } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { usePreferences } from '#console/preferences.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import { eventsQuery, loadOlderEvents, type SessionEvent } from './queries.ts'

/** What happened in a session, newest first, as it happens; older events come on demand. */
export function EventStream({ sessionId }: { sessionId: string }) {
  const known = useQuery(eventsQuery(sessionId))
  const [isLoading, setLoading] = useState(false)
  const loadOlder = async (): Promise<void> => {
    setLoading(true)
    await loadOlderEvents(sessionId).catch(toastError)
    setLoading(false)
  }
  return (
    <Card title="Events" padding="flush">
      {!known.data && known.error && (
        <div className="p-3">
          <ErrorPanel error={known.error} what="the events" onRetry={() => void known.refetch()} />
        </div>
      )}
      {!known.data && !known.error && <Skeleton className="m-3 h-40" />}
      {/* A scrolled part of the page is reached by keyboard too. */}
      <div
        role="log"
        aria-live="off"
        aria-label="Events"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-[480px] overflow-y-auto"
      >
        <ol className="divide-y divide-border">
          {known.data?.events.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ol>
        {known.data?.has_more && (
          <div className="flex justify-center p-2">
            <Button variant="ghost" busy={isLoading} onClick={() => void loadOlder()}>
              Load older
            </Button>
          </div>
        )}
      </div>
    </Card>
  )
}

const tones = {
  status: 'info',
  mode: 'info',
  runner: 'info',
  progress: 'neutral',
  log: 'neutral',
  command: 'ok',
} as const

function EventRow({ event: { at, kind, text, data } }: { event: SessionEvent }) {
  usePreferences()
  const commandId = commandOf(data)
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-1.5">
      <Tooltip text={formatTime(at)}>
        <time dateTime={at} className="shrink-0 font-mono text-sm text-muted">
          {shortTime(at)}
        </time>
      </Tooltip>
      <span className="w-20 shrink-0">
        <Badge tone={tones[kind]}>{kind}</Badge>
      </span>
      <span dir="auto" className="min-w-0 flex-1 basis-48 break-words whitespace-pre-wrap">
        {commandId ? <CommandLink id={commandId}>{text}</CommandLink> : text}
      </span>
    </li>
  )
}

const shortTime = (at: string): string => {
  const day = formatDay(at)
  return day === formatDay(Date.now()) ? formatClock(at) : `${day} ${formatClock(at)}`
}

function CommandLink({ id, children }: { id: string; children: string }) {
  const isReader = useCan()(['commands:read', 'commands:write', 'commands:approve', 'sessions:write']).ok
  return isReader ? (
    <Link to={pb.command(id)} className="rounded-sm text-link hover:underline">
      {children}
    </Link>
  ) : (
    children
  )
}

/** Events about a command name it. */
const commandOf = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && 'command_id' in data && typeof data.command_id === 'string'
    ? data.command_id
    : undefined

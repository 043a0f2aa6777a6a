import { useInfiniteQuery } from '@tanstack/react-query'
import { formatClock, formatDay, formatDuration } from '#console/format.ts'
import { usePreferences } from '#console/preferences.ts'
import { maybeOneOf, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { StatusShape, type StatusLevel } from '#console/ui/Status.tsx'
import { Endpoint } from './Endpoint.tsx'
import { loginWords } from './loginWords.ts'
import { timelineQuery, type Entry, type Kind } from './queries.ts'

const kinds: { value: Kind; label: string }[] = [
  { value: 'api_call', label: 'Calls' },
  { value: 'login', label: 'Logins' },
  { value: 'login_failed', label: 'Failed logins' },
  { value: 'logout', label: 'Logouts' },
  { value: 'admin_action', label: 'Administrative actions' },
]

const searchParams = { kind: maybeOneOf(kinds.map(({ value }) => value)) }

/** All that a user did, newest first; one's own where no user is named. */
export function Timeline({ userId }: { userId?: string }) {
  const [{ kind }, setSearch] = useSearch(searchParams)
  const timeline = useInfiniteQuery(timelineQuery(userId, kind))
  usePreferences()
  const entries = timeline.data?.pages.flatMap(({ events }) => events)
  const show = (wanted: string | undefined): void =>
    setSearch({ kind: kinds.find(({ value }) => value === wanted)?.value })
  return (
    <>
      <FilterBar
        filters={[
          {
            key: 'kind',
            label: 'Kind',
            options: kinds,
            single: true,
            value: kind ? [kind] : [],
            onChange: ([wanted]) => show(wanted),
          },
        ]}
      />
      {!entries &&
        (timeline.error ? (
          <ErrorPanel error={timeline.error} what="the timeline" onRetry={() => void timeline.refetch()} />
        ) : (
          <CardSkeletons rows={[{ cards: 1, height: 480 }]} />
        ))}
      {entries?.length === 0 && (
        <Card>
          {kind ? (
            <EmptyState
              kind="filtered"
              title="Nothing of this kind"
              action={<Button onClick={() => show(undefined)}>Show everything</Button>}
            />
          ) : (
            <EmptyState kind="none" title="Nothing is kept from this user" />
          )}
        </Card>
      )}
      {entries && <Days entries={entries} />}
      {timeline.hasNextPage && (
        <p className="mt-3 text-center">
          <Button busy={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
            Load older
          </Button>
        </p>
      )}
    </>
  )
}

const Days = ({ entries }: { entries: Entry[] }) =>
  [...Map.groupBy(entries, ({ at }) => formatDay(at))].map(([day, those]) => (
    <Card key={day} title={day} padding="flush" className="mb-3">
      <ol aria-label={`What was done on ${day}`}>
        {those.map((entry) => (
          <li
            key={entry.id}
            className="flex items-baseline gap-3 border-t border-border px-3 py-1.5 max-md:flex-wrap max-md:gap-y-0"
          >
            <time dateTime={entry.at} className="text-muted">
              {formatClock(entry.at)}
            </time>
            <span className="w-3 self-center">
              <Mark level={levelOf(entry)} />
            </span>
            <span className="min-w-0 flex-1 max-md:order-last max-md:basis-full">
              <What entry={entry} />
            </span>
            <span className="text-sm whitespace-nowrap text-faint max-md:ml-auto">{entry.address}</span>
          </li>
        ))}
      </ol>
    </Card>
  ))

const Mark = ({ level }: { level: StatusLevel | undefined }) => level && <StatusShape level={level} />

function What({ entry: { kind, method, endpoint, status, duration_ms, detail, api_key_id } }: { entry: Entry }) {
  if (kind === 'api_call') {
    return (
      <>
        <Endpoint method={method} path={endpoint ?? ''} />
        <span className="ml-2 text-sm whitespace-nowrap text-muted">
          {status}
          {duration_ms !== null && ` in ${formatDuration(duration_ms)}`}
          {api_key_id && ' by API key'}
        </span>
      </>
    )
  }
  if (kind === 'admin_action') return <code className="font-mono text-sm break-all">{detail}</code>
  return (
    <>
      {words[kind]}
      {kind !== 'logout' && <span className="ml-2 text-sm break-words text-muted">{loginWords(kind, detail)}</span>}
    </>
  )
}

const words: Record<Exclude<Kind, 'api_call' | 'admin_action'>, string> = {
  login: 'Logged in',
  login_failed: 'Failed to log in',
  logout: 'Logged out',
}

/** Undefined for a call that went well: most did, and what stands out shall. */
function levelOf({ kind, status }: Entry): StatusLevel | undefined {
  if (kind === 'login_failed' || (status !== null && status >= 500)) return 'error'
  if (status !== null && status >= 400) return 'warn'
  if (kind === 'api_call') return undefined
  return kind === 'admin_action' ? 'info' : 'ok'
}

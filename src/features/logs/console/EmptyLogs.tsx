import { useQuery } from '@tanstack/react-query'
import { plural } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { servicesQuery, type LineWindow } from './queries.ts'
import { KeyLink, Recipes } from './Recipes.tsx'
import { termsOf, without } from './terms.ts'

interface EmptyLogsProps {
  query: string
  hints: LineWindow['hints']
  isDayLong: boolean
  isLive: boolean
  onQuery: (query: string) => void
  onWiden: () => void
}

/** Why there is no line: none was ever sent, or the filter and the range leave none. */
export function EmptyLogs({ query, hints, isDayLong, isLive, onQuery, onWiden }: EmptyLogsProps) {
  const services = useQuery(servicesQuery)
  if (services.isLoading) return null
  if (services.data?.services.length === 0) return <FirstLines />
  const widen = !isDayLong && <Button onClick={onWiden}>Widen to 24 h</Button>
  if (query.trim() === '') {
    return (
      <EmptyState kind="none" title="No lines in this range" action={widen}>
        {isLive && 'New ones appear here as they come.'}
      </EmptyState>
    )
  }
  const strongest = hints.toSorted((a, b) => b.without - a.without)[0]
  const term = strongest && termsOf(query).find(({ from, to }) => query.slice(from, to) === strongest.term)
  const cleared = term ? without(query, term) : ''
  return (
    <EmptyState
      kind="filtered"
      title="No line matches"
      action={
        <>
          <Button onClick={() => onQuery(cleared)}>{term ? 'Clear that filter' : 'Clear the filter'}</Button>
          {widen}
        </>
      }
    >
      {strongest && strongest.without > 0 && (
        <p>
          <code className="font-mono text-text">{strongest.term}</code> removed the most: {linesText(strongest.without)}{' '}
          without it.
        </p>
      )}
      {isLive && <p>New lines that match appear here as they come.</p>}
    </EmptyState>
  )
}

/** The server counts no further. */
const countedMax = 10_000

const linesText = (count: number): string =>
  count === 1 ? '1 line matches' : `${plural(count, 'line')}${count >= countedMax ? ' or more' : ''} match`

const FirstLines = () => (
  <div className="mx-auto w-full max-w-3xl px-3 pb-6">
    <EmptyState kind="none" title="No line was ever sent here" action={<KeyLink />}>
      Send the first one in any of these ways; it appears on this page within a second.
    </EmptyState>
    <Recipes />
  </div>
)

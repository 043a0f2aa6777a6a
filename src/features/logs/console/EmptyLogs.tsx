import { useQuery } from '@tanstack/react-query'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { servicesQuery, type LineWindow } from './queries.ts'
import { recipesFor } from './recipes.ts'
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
          <code className="font-mono text-text">{strongest.term}</code> removed the most:{' '}
          {plural(strongest.without, 'line')} {strongest.without === 1 ? 'matches' : 'match'} without it.
        </p>
      )}
      {isLive && <p>New lines that match appear here as they come.</p>}
    </EmptyState>
  )
}

function FirstLines() {
  const can = useCan()
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-6">
      <EmptyState
        kind="none"
        title="No line was ever sent here"
        action={
          can('api-keys:own').ok && <ButtonLink to={pb.apiKeyNew()}>Create an API key with logs:write</ButtonLink>
        }
      >
        Send the first one in any of these ways; it appears on this page within a second.
      </EmptyState>
      <div className="flex flex-col gap-3">
        {recipesFor(location.origin).map(({ title, code }) => (
          <section key={title} aria-label={title}>
            <h2 className="mb-1 text-sm font-medium text-muted">{title}</h2>
            <CodeBlock code={code} what={title} />
          </section>
        ))}
      </div>
    </div>
  )
}

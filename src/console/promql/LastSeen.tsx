import { useQuery } from '@tanstack/react-query'
import { minuteMs } from '#kernel/time.ts'
import { call } from '../client.ts'
import type { Span } from '../timeRange.ts'
import { Button } from '../ui/Button.tsx'
import { TimeAgo } from '../ui/Time.tsx'
import { lastSeenExpression, lookbackDays, newestOf, spanAround } from './lastSeen.ts'

interface LastSeenProps {
  expressions: readonly string[]
  /** In which nothing was found. */
  span: Span
  onSpan: (span: Span) => void
}

/** Where nothing is in a range: when something was, and the way there. */
export function LastSeen({ expressions, span, onSpan }: LastSeenProps) {
  const { data } = useQuery({
    queryKey: ['metrics', 'last-seen', expressions],
    queryFn: async ({ signal }) => {
      const queries = expressions.map((expression) => ({ query: lastSeenExpression(expression) }))
      const { results } = await call('POST /metrics/query', { body: { queries }, signal })
      return { seenMs: newestOf(results) }
    },
    staleTime: minuteMs,
    retry: false,
  })
  // Its place is kept, so that nothing moves when the answer comes.
  if (!data) return <p className="h-8" />
  const { seenMs } = data
  if (seenMs === undefined)
    return <p className="flex h-8 items-center justify-center text-faint">Nor in the last {lookbackDays} days.</p>
  return (
    <p className="flex h-8 items-center justify-center gap-2">
      <span>
        Last seen <TimeAgo at={new Date(seenMs).toISOString()} />
      </span>
      <Button size="sm" onClick={() => onSpan(spanAround(seenMs, span, Date.now()))}>
        Go there
      </Button>
    </p>
  )
}

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { endsNow, spanOf, type Span } from '#console/timeRange.ts'
import { refreshMs } from '#console/ui/RefreshPicker.tsx'
import { panesOf, queriesOf, type ExploreSearch, type PaneName } from './address.ts'
import { joined, onGrid, stepFor, stepOf, tailFrom, type Result } from './asked.ts'
import type { Answered } from './lines.ts'

/** What one run found. */
export interface Found {
  /** On the grid of the step. */
  span: Span
  stepMs: number
  mode: ExploreSearch['mode']
  answers: Record<PaneName, Answered[]>
  /** When a server of ours began anew, ms since 1970. */
  restarts: number[]
  /** When it was asked, ms since 1970. */
  at: number
  tookMs: number
}

interface Raw {
  span: Span
  stepMs: number
  results: Result[]
}

/** Lies in every answer over a span, so that charts can show where the server began anew. */
const startsExpression = 'process_start_time_seconds{job="miktos"}'
const letters = 'ABCDEF'

export const letterOf = (index: number, count: number): string | undefined => (count > 1 ? letters[index] : undefined)

/** Runs the queries of all panes in one request; while it goes on looking only what is new is asked for. */
export function useResults(search: ExploreSearch) {
  const [run, setRun] = useState(0)
  const panes = panesOf(search).map((pane) => ({ pane, queries: queriesOf(search, pane) }))
  const queries = panes.flatMap((pane) => pane.queries)
  const { from, to, mode } = search
  const isFollowing = endsNow(search)
  const queryKey = ['metrics', 'explore', panes, from, to, mode, search.step, run]
  const every = isFollowing && refreshMs(search.refresh)
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<{ raw: Raw; found: Found }> => {
      const startedAt = performance.now()
      const now = spanOf({ from, to }, Date.now())
      const stepMs = stepOf(search.step) ?? stepFor(now)
      const span = onGrid(now, stepMs)
      const earlier = queryClient.getQueryData<{ raw: Raw }>(queryKey)?.raw
      const raw =
        mode === 'instant'
          ? {
              span: now,
              stepMs,
              results: await ask(
                queries.map((text) => ({ query: text, to_ms: now.toMs })),
                signal,
              ),
            }
          : await askSpan(queries, span, stepMs, earlier, signal)
      return { raw, found: foundIn(raw, panes, mode, performance.now() - startedAt) }
    },
    enabled: queries.length > 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    refetchInterval: every || false,
  })
  const found = query.data?.found
  // An error shows beside what was there before.
  const [kept, setKept] = useState(found)
  if (found && found !== kept) setKept(found)
  return {
    found: queries.length > 0 ? (found ?? kept) : undefined,
    error: query.error,
    isFetching: query.isFetching,
    /** What was found answers an earlier question. */
    isOld: query.isPlaceholderData,
    refreshMs: every || undefined,
    run: () => setRun((count) => count + 1),
    cancel: () => void queryClient.cancelQueries({ queryKey }),
  }
}

export type Results = ReturnType<typeof useResults>

type Asked = { query: string; from_ms?: number; to_ms?: number; step_ms?: number; extremes?: boolean }[]

const ask = async (queries: Asked, signal: AbortSignal): Promise<Result[]> =>
  (await call('POST /metrics/query', { body: { queries }, signal })).results

/** The answers to the queries, and after them when servers of ours began. */
async function askSpan(
  queries: string[],
  span: Span,
  stepMs: number,
  earlier: Raw | undefined,
  signal: AbortSignal,
): Promise<Raw> {
  const isTail = earlier !== undefined && earlier.results.every(({ type }) => type === 'matrix')
  const fromMs = isTail ? Math.max(span.fromMs, tailFrom(earlier.span, stepMs)) : span.fromMs
  const asked = { from_ms: fromMs, to_ms: span.toMs, step_ms: stepMs }
  const results = await ask(
    [...queries.map((query) => ({ query, ...asked, extremes: true })), { query: startsExpression, ...asked }],
    signal,
  )
  return {
    span,
    stepMs,
    results: isTail ? results.map((tail, index) => withTail(earlier.results[index], tail, span.fromMs)) : results,
  }
}

const withTail = (earlier: Result | undefined, tail: Result, fromMs: number): Result =>
  earlier?.type === 'matrix' && tail.type === 'matrix' ? joined(earlier, tail, fromMs) : tail

function foundIn(
  { span, stepMs, results }: Raw,
  panes: readonly { pane: PaneName; queries: string[] }[],
  mode: ExploreSearch['mode'],
  tookMs: number,
): Found {
  const answers: Found['answers'] = { q: [], r: [] }
  let next = 0
  for (const { pane, queries } of panes) {
    answers[pane] = queries.map((expression, index) => ({
      letter: letterOf(index, queries.length),
      expression,
      result: results[next + index]!,
    }))
    next += queries.length
  }
  return { span, stepMs, mode, answers, restarts: startsIn(results[next], span), at: Date.now(), tookMs }
}

function startsIn(result: Result | undefined, { fromMs, toMs }: Span): number[] {
  if (result?.type !== 'matrix') return []
  const seconds = result.series.flatMap(({ values }) => values.filter((value) => typeof value === 'number'))
  return [...new Set(seconds.map((at) => Math.round(at * 1_000)))].filter((at) => at > fromMs && at < toMs)
}

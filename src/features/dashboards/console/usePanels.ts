import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { call } from '#console/client.ts'
import type { Span } from '#console/timeRange.ts'
import type { Annotation } from '#console/ui/Chart.tsx'
import { askedBy, gridOf, inBatches, type AskedQuery } from './asked.ts'
import type { Panel } from './queries.ts'
import type { Tick } from './useTicks.ts'
import type { Result } from './values.ts'
import type { Scope } from './variables.ts'

/** What a panel shows now. */
export interface PanelData {
  /** Undefined until the first answer. */
  results: Result[] | undefined
  /** The time that the results are of. */
  span: Span
  /** Set while the last request has failed; older results stay. */
  error: Error | undefined
  /** What is shown answers an earlier question. */
  isOld: boolean
  updatedAt: number
}

interface Answer {
  key: string
  tick: number
  results: Result[] | undefined
  span: Span
  error: Error | undefined
  updatedAt: number
}

interface Wanted {
  id: string
  key: string
  asked: AskedQuery[]
}

interface Given {
  panels: readonly Panel[]
  visible: ReadonlySet<string>
  span: Span
  tick: Tick
  /** Undefined until the values of all variables are known. */
  scope: Scope | undefined
}

/** Panels that come into sight together are asked for together. */
const gatherMs = 120
const restartsId = '__restarts'

/** Asks for what is visible, all in one request for each look, and once more only when something changed. */
export function usePanels({ panels, visible, span, tick, scope }: Given): {
  dataOf: (id: string) => PanelData | undefined
  restarts: Annotation[]
  isAsking: boolean
} {
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer>>(new Map())
  const [askingCount, setAskingCount] = useState(0)
  const underWay = useRef(new Map<string, string>())
  const spanKey = `${span.fromMs}-${span.toMs}`
  const wanted = useMemo(
    () =>
      scope
        ? wantedBy(
            panels.filter(({ id }) => visible.has(id)),
            span,
            scope,
          )
        : [],
    // The span is a new object each time it is looked at.
    // oxlint-disable-next-line react/exhaustive-deps
    [panels, visible, spanKey, scope],
  )

  const leaving = useRef<AbortController>(undefined)
  useEffect(() => {
    const abort = new AbortController()
    leaving.current = abort
    return () => abort.abort()
  }, [])

  const ask = useEffectEvent(async () => {
    const { signal } = leaving.current!
    const due = wanted.filter(({ id, key }) => {
      const answer = answers.get(id)
      const isAnswered = answer?.key === key && answer.tick === tick.count
      return !isAnswered && underWay.current.get(id) !== `${tick.count} ${key}`
    })
    for (const { id, key } of due) underWay.current.set(id, `${tick.count} ${key}`)
    await Promise.all(inBatches(due).map((batch) => askOnce(batch, signal)))
  })

  const askOnce = async (batch: readonly Wanted[], signal: AbortSignal): Promise<void> => {
    setAskingCount((count) => count + 1)
    try {
      const { results } = await call('POST /metrics/query', {
        body: { queries: batch.flatMap(({ asked }) => asked) },
        signal,
      })
      keep(batch, results)
    } catch (error) {
      if (!signal.aborted && error instanceof Error) fail(batch, error)
    } finally {
      setAskingCount((count) => count - 1)
      for (const { id, key } of batch)
        if (underWay.current.get(id) === `${tick.count} ${key}`) underWay.current.delete(id)
    }
  }

  const keep = (batch: readonly Wanted[], results: readonly Result[]): void =>
    setAnswers((before) => {
      const next = new Map(before)
      let at = 0
      for (const { id, key, asked } of batch) {
        const own = results.slice(at, at + asked.length)
        next.set(id, { key, tick: tick.count, results: own, span, error: undefined, updatedAt: Date.now() })
        at += asked.length
      }
      return next
    })

  const fail = (batch: readonly Wanted[], error: Error): void =>
    setAnswers((before) => {
      const next = new Map(before)
      for (const { id, key } of batch) {
        const old = before.get(id)
        next.set(id, { results: undefined, span, updatedAt: 0, ...old, key, tick: tick.count, error })
      }
      return next
    })

  const question = wanted.map(({ key }) => key).join('\n')
  useEffect(() => {
    const timer = setTimeout(() => void ask(), gatherMs)
    return () => clearTimeout(timer)
  }, [question, tick.count])

  const keys = new Map(wanted.map(({ id, key }) => [id, key]))
  return {
    dataOf: (id) => {
      const answer = answers.get(id)
      if (!answer) return undefined
      const { results, span: answeredSpan, error, updatedAt, key } = answer
      return { results, span: answeredSpan, error, updatedAt, isOld: keys.has(id) && keys.get(id) !== key }
    },
    restarts: useMemo(() => restartsIn(answers.get(restartsId)), [answers]),
    isAsking: askingCount > 0,
  }
}

/** Each visible panel that asks for something, and the starts of this server for the marks in the charts. */
function wantedBy(panels: readonly Panel[], span: Span, scope: Scope): Wanted[] {
  const wanted = panels.flatMap((panel) => {
    const asked = askedBy(panel, span, scope)
    return asked.length > 0 ? [{ id: panel.id, key: JSON.stringify(asked), asked }] : []
  })
  if (!panels.some(({ type }) => type === 'timeseries')) return wanted
  const { fromMs, toMs, stepMs } = gridOf({ type: 'timeseries', w: 12 }, span)
  const asked = [
    { query: 'max(process_start_time_seconds{job="miktos"})', from_ms: fromMs, to_ms: toMs, step_ms: stepMs },
  ]
  return [...wanted, { id: restartsId, key: JSON.stringify(asked), asked }]
}

/** Each start once; the one before the span is no event in it. */
function restartsIn(answer: Answer | undefined): Annotation[] {
  const starts = (answer?.results ?? []).flatMap((result) =>
    result.type === 'matrix' ? result.series.flatMap(({ values }) => values) : [],
  )
  const times = [
    ...new Set(starts.filter((start) => typeof start === 'number').map((start) => Math.round(start * 1_000))),
  ]
  return answer
    ? labelled(
        times.filter((at) => at > answer.span.fromMs).toSorted((a, b) => a - b),
        answer.span,
      )
    : []
}

/** Marks that stand close together share one word. */
function labelled(times: readonly number[], { fromMs, toMs }: Span): Annotation[] {
  const roomMs = (toMs - fromMs) / 8
  let lastMs = -Infinity
  return times.map((at) => {
    const hasRoom = at - lastMs > roomMs
    if (hasRoom) lastMs = at
    return { at, label: hasRoom ? 'restart' : '' }
  })
}

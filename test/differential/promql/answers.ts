import { AppError } from '../../../src/kernel/errors.ts'
import { labelsKey, type Labels } from '../../../src/platform/telemetry/labels.ts'
import type { SampleSource } from '../../../src/platform/telemetry/metrics/metrics.ts'
import { evaluateInstant, evaluateRange, parsePromql } from '../../../src/platform/telemetry/promql/index.ts'

export interface Moments {
  fromMs: number
  toMs: number
  stepMs: number
}

export interface Question {
  text: string
  /** A moment, or those of a range. */
  at: number | Moments
}

/** What either engine answers, in one form. A sample is its time in ms and its value. */
export type Answer =
  | { error: string }
  | { type: string; series: { labels: Labels; samples: [atMs: number, value: number][] }[] }
  | { type: 'string'; text: string }

export async function ours(source: SampleSource, { text, at }: Question): Promise<Answer> {
  try {
    const expression = parsePromql(text)
    const { value } = await (typeof at === 'number'
      ? evaluateInstant(expression, at, source)
      : evaluateRange(expression, at, source))
    switch (value.type) {
      case 'string':
        return { type: 'string', text: value.value }
      case 'scalar':
        return { type: 'scalar', series: [{ labels: {}, samples: [[value.atMs, value.value]] }] }
      case 'vector':
        return {
          type: 'vector',
          series: value.samples.map(({ labels, atMs, value }) => ({ labels, samples: [[atMs, value]] })),
        }
      case 'matrix':
        return {
          type: 'matrix',
          series: value.series.map(({ labels, timestamps, values }) => ({
            labels,
            samples: Array.from(timestamps, (atMs, index): [number, number] => [atMs, values[index]!]),
          })),
        }
    }
  } catch (error) {
    if (error instanceof AppError) return { error: error.message }
    throw error
  }
}

type Sample = [seconds: number, value: string]

interface Reply {
  status: 'success' | 'error'
  error?: string
  data?: { resultType: string; result: unknown }
}

export async function theirs(url: string, { text, at }: Question): Promise<Answer> {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(3)
  const path = typeof at === 'number' ? 'query' : 'query_range'
  const when =
    typeof at === 'number'
      ? { time: seconds(at) }
      : { start: seconds(at.fromMs), end: seconds(at.toMs), step: seconds(at.stepMs) }
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ query: text, ...when }),
  })
  const { status, error = '', data } = (await response.json()) as Reply
  if (status === 'error' || !data) return { error }
  return read(data)
}

function read({ resultType: type, result }: { resultType: string; result: unknown }): Answer {
  if (type === 'string') return { type: 'string', text: (result as Sample)[1] }
  if (type === 'scalar') return { type, series: [{ labels: {}, samples: [sampleOf(result as Sample)] }] }
  const series = result as { metric: Labels; value?: Sample; values?: Sample[] }[]
  return {
    type,
    series: series.map(({ metric, value, values }) => ({
      labels: metric,
      samples: (values ?? [value!]).map(sampleOf),
    })),
  }
}

const numbers: Record<string, number> = { NaN, '+Inf': Infinity, '-Inf': -Infinity }

const sampleOf = ([seconds, text]: Sample): [number, number] => [
  Math.round(seconds * 1_000),
  numbers[text] ?? Number(text),
]

/** How far apart values may be and agree, relative to the larger one. */
const sameWithin = 1e-9

/** What differs between two answers, or undefined where they agree. `isRanked` asks for the same order too. */
export function difference(ours: Answer, theirs: Answer, isRanked: boolean, within = sameWithin): string | undefined {
  if ('error' in ours || 'error' in theirs) {
    if ('error' in ours && 'error' in theirs) return undefined
    return 'error' in ours ? `only we fail: ${ours.error}` : `only they fail: ${'error' in theirs && theirs.error}`
  }
  if (ours.type !== theirs.type) return `type: ${ours.type}, theirs ${theirs.type}`
  if ('text' in ours || 'text' in theirs)
    return 'text' in ours && 'text' in theirs && ours.text === theirs.text ? undefined : 'text'
  const byLabels = new Map(ours.series.map((series) => [labelsKey(series.labels), series]))
  if (byLabels.size !== ours.series.length) return 'we have a label set twice'
  if (ours.series.length !== theirs.series.length) return `${ours.series.length} series, theirs ${theirs.series.length}`
  for (const { labels, samples } of theirs.series) {
    const key = labelsKey(labels)
    const found = byLabels.get(key)
    if (!found) return `we have no ${key}`
    const differs = sampleDifference(found.samples, samples, within)
    if (differs) return `${key}: ${differs}`
  }
  return isRanked ? orderDifference(ours.series, theirs.series, within) : undefined
}

function sampleDifference(ours: [number, number][], theirs: [number, number][], within: number): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} samples, theirs ${theirs.length}`
  for (const [index, [atMs, value]] of theirs.entries()) {
    const [ourMs, our] = ours[index]!
    if (ourMs !== atMs) return `sample ${index} at ${ourMs}, theirs ${atMs}`
    if (!isClose(our, value, within)) return `sample ${index} at ${atMs}: ${our}, theirs ${value}`
  }
  return undefined
}

const isClose = (a: number, b: number, within: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= within * Math.max(Math.abs(a), Math.abs(b))

/** What is equal may come in any order. */
function orderDifference(
  ours: { samples: [number, number][] }[],
  theirs: { samples: [number, number][] }[],
  within: number,
): string | undefined {
  const at = ours.findIndex(({ samples }, index) => !isClose(samples[0]![1], theirs[index]!.samples[0]![1], within))
  return at < 0 ? undefined : `order, from ${at} on`
}

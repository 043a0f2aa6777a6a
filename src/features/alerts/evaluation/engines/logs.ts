import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { LogsClient } from '#platform/telemetry/logs/client.ts'
import type { Condition } from '../../rule.ts'
import { sampleOf } from '../active.ts'
import type { Outcome, Sample } from '../evaluate.ts'
import { failedAnswer, isAway, type Answer, type Engine, type Job } from './engine.ts'

/** Above so many lines the exact number does not matter. */
const linesMax = 10_000_000
/** Values of a field are counted among so many of the newest lines. */
const sampledMax = 100_000
const valuesMax = 100
const atOnce = 2

/** Rules over lines: how many there were in the window before each time. */
export const logsEngine =
  (logs: LogsClient): Engine =>
  async (jobs, signal) => {
    const answers: Answer[] = []
    const waiting = jobs.entries()
    const worker = async (): Promise<void> => {
      for (const [index, job] of waiting) answers[index] = await answer(logs, job, signal)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    return answers
  }

async function answer(logs: LogsClient, job: Job, signal: AbortSignal): Promise<Answer> {
  const startedAt = performance.now()
  try {
    const outcomes: Outcome[] = []
    for (const at of job.times) outcomes.push({ kind: 'samples', samples: await samplesAt(logs, job, at, signal) })
    return { outcomes, tookMs: performance.now() - startedAt }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...failedAnswer(job, error.message, performance.now() - startedAt), isAway: isAway(error.code) }
  }
}

interface Window {
  query: string
  fromNs: bigint
  toNs: bigint
}

async function samplesAt(logs: LogsClient, { active }: Job, at: number, signal: AbortSignal): Promise<Sample[]> {
  const { seconds, by, isRate, query } = askedBy(active.rule.condition)
  const window = { query, fromNs: nsOf(at - seconds * secondMs), toNs: nsOf(at) }
  const valueOf = (count: number): number => (isRate ? count / seconds : count)
  if (by === undefined) return [sampleOf(active.id, {}, valueOf(await linesIn(logs, window, signal)))]
  const { values } = await logs.facet({ ...window, field: by, top: valuesMax, sampleMax: sampledMax }, signal)
  return values.map(({ value, count }) => sampleOf(active.id, { [labelNameOf(by)]: value }, valueOf(count)))
}

const nsOf = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n

const labelNameOf = (field: string): string => field.replaceAll(/\W/g, '_')

function askedBy(condition: Condition): { seconds: number; by: string | undefined; isRate: boolean; query: string } {
  if (condition.type === 'heartbeat')
    return { seconds: condition.timeout_seconds, by: undefined, isRate: false, query: condition.query }
  if (condition.type !== 'logs') throw new Error(`A condition of type ${condition.type} asks nothing of the logs`)
  const { window_seconds: seconds, count, query } = condition
  const by = count === 'absence' ? undefined : condition.by
  return { seconds, by, isRate: count === 'rate', query }
}

const counted = z.object({ total: z.number() })

async function linesIn(logs: LogsClient, window: Window, signal: AbortSignal): Promise<number> {
  const bytes = await logs.read({ ...window, direction: 'backward', limit: 1, offset: 0, countMax: linesMax }, signal)
  return counted.parse(JSON.parse(Buffer.from(bytes).toString())).total
}

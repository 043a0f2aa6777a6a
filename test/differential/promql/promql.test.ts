import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { SampleSource } from '../../../src/platform/telemetry/metrics/metrics.ts'
import { nativeHistogramFunctions, signatures } from '../../../src/platform/telemetry/promql/functions.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { memorySource } from '../../support/memorySource.ts'
import { ownPrometheus, withoutPrometheus, type Prometheus } from '../../support/prometheus.ts'
import { difference, ours, theirs, type Answer, type Question } from './answers.ts'
import { everyPart, occurrences } from './coverage.ts'
import { dataset } from './dataset.ts'
import { explanationOf, rounded, roundedWithin, undecided } from './explanations.ts'
import { Queries } from './queries.ts'

const seed = Number(process.env['MIKTOS_TEST_SEED'] ?? 20_260_601)
const timesLeast = 20
const atOnce = 6
const asksAgain = 30

interface Disagreement {
  question: Question
  differs: string
  reason: string | undefined
}

test('the queries have every function, operator, aggregation and modifier often enough', () => {
  const counts = occurrences(questionsOf(seed).map(({ text }) => text))
  const functions = [...signatures.keys()].filter((name) => !nativeHistogramFunctions.has(name))
  const rare = [...functions.map((name) => `${name}()`), ...everyPart].filter(
    (part) => (counts.get(part) ?? 0) < timesLeast,
  )
  assert.deepEqual(rare, [])
})

describe('PromQL beside Prometheus', { skip: withoutPrometheus() }, () => {
  const folder = temporaryFolder()
  let prometheus: Prometheus
  let source: SampleSource
  before(async () => {
    const series = dataset(seed)
    source = memorySource(series)
    prometheus = await ownPrometheus(folder)
    await prometheus.write(series)
  })
  after(() => prometheus.stop())

  test('at least 99.5 % of more than 5,000 queries have the same answer, and what differs is explained', async () => {
    const questions = questionsOf(seed)
    const disagreements: Disagreement[] = []
    const tally = { failing: 0, empty: 0 }
    const queue = questions.values()
    const ask = async (): Promise<void> => {
      for (const question of queue) {
        const [our, their] = await Promise.all([ours(source, question), theirs(prometheus.url, question)])
        if ('error' in their) tally.failing++
        if ('series' in their && their.series.length === 0) tally.empty++
        const differs = difference(our, their, isRanked(question))
        if (differs) disagreements.push({ question, differs, reason: await reasonOf(question, our, their) })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, ask))
    report(questions.length, tally, disagreements)
    assert.ok(questions.length - tally.empty - tally.failing > 5_000)
    assert.ok(disagreements.length <= questions.length * 0.005)
    assert.deepEqual(
      disagreements.filter(({ reason }) => reason === undefined),
      [],
    )
  })

  async function reasonOf(question: Question, our: Answer, their: Answer): Promise<string | undefined> {
    const known = explanationOf(question)
    if (known) return known
    if (!difference(our, their, isRanked(question), roundedWithin)) return rounded
    for (let time = 0; time < asksAgain; time++)
      if (difference(their, await theirs(prometheus.url, question), isRanked(question))) return undecided
    return undefined
  }
})

function questionsOf(seed: number): Question[] {
  const queries = new Queries(seed)
  const texts = [...queries.everything(timesLeast), ...queries.nested(700, 2), ...queries.nested(300, 3)]
  return texts.flatMap((text) => [
    { text, at: queries.momentMs() },
    { text, at: queries.range() },
  ])
}

const isRanked = ({ text, at }: Question): boolean =>
  typeof at === 'number' && /^(sort|sort_desc|topk|bottomk)\b/.test(text)

function report(asked: number, { failing, empty }: { failing: number; empty: number }, found: Disagreement[]): void {
  console.log(`seed ${seed}: ${asked} queries, ${asked - found.length} alike; ${failing} fail, ${empty} are empty`)
  for (const [reason, disagreements] of Map.groupBy(found, ({ reason }) => reason ?? 'NOT EXPLAINED')) {
    console.log(`${disagreements.length} x ${reason}`)
    for (const { question, differs } of disagreements) console.log(`  ${JSON.stringify(question)}\n    ${differs}`)
  }
}

import * as z from 'zod'
import { severityOfLevel } from '../../ingest/level.ts'
import type { Params } from '../../remote/remote.ts'
import { severities, type LogFilter, type LogHistogram, type ServiceLogs } from '../logs.ts'
import { lokiQuery } from './query.ts'
import type { Cost, Reader } from './reading.ts'
import { levelName } from './rows.ts'

const labelsSchema = z.record(z.string(), z.string())
const pointSchema = z.tuple([z.number(), z.string()])
const vectorSchema = z.object({
  data: z.object({ result: z.array(z.object({ metric: labelsSchema, value: pointSchema })) }),
})
const matrixSchema = z.object({
  data: z.object({ result: z.array(z.object({ metric: labelsSchema, values: z.array(pointSchema) })) }),
})

const severityOf = (metric: Readonly<Record<string, string>>): number => severityOfLevel(metric[levelName] ?? '')

/** Counts by severity and bucket. */
export class Buckets {
  readonly fromNs: bigint
  readonly bucketNs: bigint
  readonly #length: number
  readonly #counts = new Map<number, number[]>()

  constructor(fromNs: bigint, bucketNs: bigint, length: number) {
    this.fromNs = fromNs
    this.bucketNs = bucketNs
    this.#length = length
  }

  add(severity: number, bucket: number, count: number): void {
    if (count === 0 || bucket < 0 || bucket >= this.#length) return
    const counts = this.#counts.get(severity) ?? Array.from({ length: this.#length }, () => 0)
    counts[bucket]! += count
    this.#counts.set(severity, counts)
  }

  addAt(severity: number, timestampNs: bigint): void {
    this.add(severity, Number((timestampNs - this.fromNs) / this.bucketNs), 1)
  }

  histogram(cost: Cost): LogHistogram {
    const counts = Object.fromEntries([...this.#counts].map(([severity, list]) => [severities[severity]!, list]))
    return { fromNs: this.fromNs, bucketNs: this.bucketNs, counts, stats: cost.stats }
  }
}

/** What Loki counts itself, for filters that it can be told whole and where it knows the level of every line. */
export class Counting {
  readonly #reader: Reader

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /**
   * Loki counts behind one moment up to another, that included, and moves the moments to multiples of the step. So
   * buckets begin a nanosecond behind such multiples; the first and the last are counted apart, as far as they go.
   */
  async histogram(filter: LogFilter & { buckets: number }, cost: Cost): Promise<LogHistogram> {
    const { fromNs, toNs } = this.#reader.bounded(filter)
    const stepMs = ceilDiv(ceilDiv(toNs - fromNs, BigInt(filter.buckets)), 1_000_000n)
    const stepNs = stepMs * 1_000_000n
    const beginNs = ((fromNs - 1n) / stepNs) * stepNs
    const length = Number(ceilDiv(toNs - 1n - beginNs, stepNs))
    const buckets = new Buckets(beginNs + 1n, stepNs, length)
    const { text } = lokiQuery(filter)
    const endOf = (bucket: number): bigint => beginNs + BigInt(bucket + 1) * stepNs
    const edge = async (bucket: number, afterNs: bigint, untilNs: bigint): Promise<void> => {
      for (const { metric, value } of await this.#moment(countQuery(text, untilNs - afterNs), untilNs, cost))
        buckets.add(severityOf(metric), bucket, Number(value[1]))
    }
    await edge(0, fromNs - 1n, length === 1 ? toNs - 1n : endOf(0))
    if (length > 1) await edge(length - 1, endOf(length - 2), toNs - 1n)
    if (length > 2) {
      const params: Params = [
        ['query', countQuery(text, stepNs)],
        ['start', String(endOf(1))],
        ['end', String(endOf(length - 2))],
        ['step', `${stepMs}ms`],
      ]
      const { data } = await this.#reader.ask(matrixSchema, 'query_range', params, cost.question())
      for (const { metric, values } of data.result)
        for (const [atS, count] of values)
          buckets.add(
            severityOf(metric),
            Number((BigInt(Math.round(atS * 1e3)) * 1_000_000n - beginNs) / stepNs) - 1,
            Number(count),
          )
    }
    return buckets.histogram(cost)
  }

  /** `newestNs` is not known from counts. */
  async services(span: { fromNs: bigint; toNs: bigint }, cost: Cost): Promise<Omit<ServiceLogs, 'newestNs'>[]> {
    const { fromNs, toNs } = this.#reader.bounded(span)
    const query = countQuery('{service_name=~".+"}', toNs - fromNs, `service_name, ${levelName}`)
    const found = new Map<string, Omit<ServiceLogs, 'newestNs'>>()
    for (const { metric, value } of await this.#moment(query, toNs - 1n, cost)) {
      const service = metric['service_name']!
      const known = found.get(service) ?? { service, lines: 0, counts: severities.map(() => 0) }
      known.lines += Number(value[1])
      known.counts[severityOf(metric)]! += Number(value[1])
      found.set(service, known)
    }
    return [...found.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1))
  }

  async #moment(query: string, atNs: bigint, cost: Cost) {
    const params: Params = [
      ['query', query],
      ['time', String(atNs)],
    ]
    return (await this.#reader.ask(vectorSchema, 'query', params, cost.question())).data.result
  }
}

const countQuery = (text: string, rangeNs: bigint, by = levelName): string =>
  `sum by (${by}) (count_over_time(${text} [${durationText(rangeNs)}]))`

/** Loki reads whole units of Prometheus best. */
const durationText = (ns: bigint): string => (ns % 1_000_000n === 0n ? `${ns / 1_000_000n}ms` : `${ns}ns`)

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

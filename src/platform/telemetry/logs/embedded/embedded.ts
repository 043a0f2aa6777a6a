import { existsSync, mkdirSync } from 'node:fs'
import { Disk } from '../../disk.ts'
import type { LogBatch, LogStore } from '../logs.ts'
import { Batches } from './batches.ts'
import { Days, quarantinedCount } from './days.ts'
import { Heads, segmentsIn, type HeadSizes } from './heads.ts'
import { Plan } from './plan.ts'
import { Queries } from './queries.ts'
import { Streams } from './streams.ts'
import { Tails } from './tails.ts'
import { dayOf, msNs } from './time.ts'
import { Writer } from './writer.ts'

export interface EmbeddedLogsOptions extends Partial<HeadSizes> {
  /** Belongs to this store alone; made if it is not there. */
  dir: string
  /** ms since 1970. */
  now: () => number
  /** Older lines are not taken in, not found, and deleted a day at a time. */
  retentionMs: number
  /** What all files together may take; beyond it the oldest lines go. */
  bytesMax: number
  /** Lines further ahead than this are not taken in; 10 minutes unless told. */
  futureMaxMs?: number
  /** Nothing is taken in while more of the disk than this is used; 0.9 unless told. */
  diskShareMax?: number
  /** Told of what people should know: damage found, a disk that is full. */
  warn?: (message: string, details?: Record<string, unknown>) => void
}

/** What people should know of the state of the files. */
export interface LogsHealth {
  /** Things set aside as damaged, this run's and earlier ones'; they lie in the folder `quarantine`. */
  quarantined: number
  /** Blocks whose lines are lost, found so since the store was opened. */
  lostBlocks: number
  /** Bytes cut off unfinished records when the store was opened. */
  tornBytes: number
  /** Lines that are in no block yet. */
  unsealedLines: number
  /** Of all files. */
  bytes: number
  isDiskFull: boolean
}

export interface EmbeddedLogs extends LogStore {
  health(): LogsHealth
  /** Puts all lines that are there now into blocks; happens by itself when there are enough. */
  seal(): Promise<void>
  /** Deletes what is too old or too much; happens by itself every minute. */
  retain(): Promise<void>
  /** Other bounds from now on. */
  configure(bounds: { retentionMs: number; bytesMax: number }): Promise<void>
}

const defaultSizes: HeadSizes = {
  blockLines: 8_192,
  frameBytes: 128 * 1024,
  headLines: 65_536,
  headBytes: 16 * 1024 * 1024,
}

const retainEveryMs = 60_000
const batchMemoryMs = 24 * 3_600_000
const diskShareMaxDefault = 0.9
const futureMaxDefaultMs = 10 * 60_000

/** Opens the store of a folder, whatever a crash left there: torn ends are cut off, damaged blocks set aside. */
export async function openEmbeddedLogs(options: EmbeddedLogsOptions): Promise<EmbeddedLogs> {
  const { dir, now, futureMaxMs = futureMaxDefaultMs, warn = () => undefined } = options
  const bounds = { retentionMs: options.retentionMs, bytesMax: options.bytesMax }
  if (!existsSync(dir)) mkdirSync(dir, { recursive: true })
  const nsOf = (ms: number): bigint => BigInt(Math.max(0, Math.floor(ms))) * msNs
  const oldestNs = (): bigint => nsOf(now() - bounds.retentionMs)
  const oldestDay = (): number => dayOf(oldestNs())

  const disk = new Disk(dir, 'logs', options.diskShareMax ?? diskShareMaxDefault)
  const streams = new Streams()
  const days = new Days(dir, streams, segmentsIn(dir), warn)
  const batches = new Batches(dir, warn)
  const sizes = { ...defaultSizes, ...definedOf(options) }
  const heads = await Heads.open({ dir, sizes, streams, days, batches, now, oldestDay, batchMemoryMs, warn })
  const tails = new Tails(streams)
  const span = (): { oldestNs: bigint; newestNs: bigint } => ({
    oldestNs: oldestNs(),
    newestNs: nsOf(now() + futureMaxMs),
  })
  const writer = new Writer(heads, batches, streams, span, (group) => tails.offer(group))
  const queries = new Queries({
    streams,
    days: () => [...days.days, ...heads.days],
    blocks: (day) => [...days.blocks(day), ...heads.blocks(day)],
    oldestNs,
  })

  const retain = async (): Promise<void> => {
    for (const day of days.days) if (day < oldestDay()) days.delete(day)
    for (let excess = days.bytes() + heads.bytes() - bounds.bytesMax; excess > 0;) {
      const oldest = Math.min(...days.days)
      if (days.days.length > 1) days.delete(oldest)
      else if (days.blocks(oldest).length > 0) await days.shorten(oldest, excess)
      else return
      excess = days.bytes() + heads.bytes() - bounds.bytesMax
    }
  }

  const retaining = setInterval(() => {
    retain().catch((error: unknown) => warn('Old logs could not be deleted', { reason: String(error) }))
  }, retainEveryMs)
  retaining.unref()

  return {
    append: async (batch: LogBatch) => {
      await disk.requireRoom()
      return writer.append(batch)
    },
    search: (search, queryOptions) => queries.search(search, queryOptions),
    scan: (filter, queryOptions) => queries.scan(filter, queryOptions),
    histogram: (filter, queryOptions) => queries.histogram(filter, queryOptions),
    context: (rowId, before, after, queryOptions) => queries.context(rowId, before, after, queryOptions),
    facet: (filter, queryOptions) => queries.facet(filter, queryOptions),
    services: (span) => queries.services(span),
    labelNames: (filter, queryOptions) => queries.labelNames(filter, queryOptions),
    labelValues: (name, filter, queryOptions) => queries.labelValues(name, filter, queryOptions),
    series: (selectors, span, queryOptions) => queries.series(selectors, span, queryOptions),
    stats: (filter) => queries.stats(filter),
    tail: (filter, tail) => tails.add(new Plan({ ...filter, fromNs: 0n, toNs: 1n << 62n }, streams), tail),
    health: () => ({
      quarantined: quarantinedCount(dir),
      lostBlocks: days.lostBlocks,
      tornBytes: heads.tornBytes,
      unsealedLines: heads.lines,
      bytes: days.bytes() + heads.bytes(),
      isDiskFull: disk.isFull,
    }),
    seal: () => heads.seal(),
    retain,
    configure: async ({ retentionMs, bytesMax }) => {
      Object.assign(bounds, { retentionMs, bytesMax })
      await retain()
    },
    close: async () => {
      clearInterval(retaining)
      await writer.close()
      await heads.close()
      days.close()
      batches.close()
    },
  }
}

/** Sizes that were given; an absent one does not hide the default. */
const definedOf = (sizes: Partial<HeadSizes>): Partial<HeadSizes> =>
  Object.fromEntries(
    (['blockLines', 'frameBytes', 'headLines', 'headBytes'] as const)
      .filter((name) => sizes[name] !== undefined)
      .map((name) => [name, sizes[name]]),
  )

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Matcher } from '../../labels.ts'
import { evaluateInstant, evaluateRange, parsedLately } from '../../promql/index.ts'
import type { MetricStats, MetricStore, QueryOptions, SampleSource, TimeSpan } from '../metrics.ts'
import { BatchIds } from './batchIds.ts'
import { Blocks } from './blocks.ts'
import { Commits } from './commits.ts'
import { Disk } from '../../disk.ts'
import { Head } from './head.ts'
import { Intake } from './intake.ts'
import { defaultLimits, type StoreLimits } from './limits.ts'
import { Listing } from './listing.ts'
import { Maintenance } from './maintenance.ts'
import { matchingSeries } from './matching.ts'
import { MetadataBook } from './metadataBook.ts'
import { RangeResults } from './rangeResults.ts'
import { readSeries } from './reading.ts'
import { replay } from './replay.ts'
import { Scratches } from './scratch.ts'
import { SeriesIndex } from './seriesIndex.ts'
import { segmentPath, WriteAheadLog } from './wal.ts'
import { syncFolder } from './writeWhole.ts'

const maintainEveryMs = 30_000

export interface EmbeddedMetricsOptions {
  /** The store is alone in this folder. */
  dir: string
  now: () => number
  retentionMs: number
  /** Of all files; the oldest go first. */
  bytesMax: number
  /** Told of what people should know: damage, a full disk. */
  warn?: (message: string, details?: Record<string, unknown>) => void
  limits?: Partial<StoreLimits>
}

export interface MetricsHealth {
  /** Bytes on disk, and of those in the write-ahead log. */
  bytes: number
  walBytes: number
  headBytes: number
  files: number
  series: number
  /** Files, and stretches of the write-ahead log, that were damaged and set aside. */
  quarantinedFiles: number
  /** Series of a file, not set aside yet, whose samples could not be read. */
  damagedRegions: number
  isDiskFull: boolean
}

export interface EmbeddedMetrics extends MetricStore, SampleSource {
  health(): MetricsHealth
  configure(bounds: { retentionMs: number; bytesMax: number }): Promise<void>
  /** Seals, merges and deletes what is due. Happens by itself every half minute. */
  maintain(): Promise<void>
}

/**
 * The store of metrics in a folder. What an append acknowledged is on disk; after a crash, damage or with a full
 * disk it opens all the same, with everything that can be read.
 */
export async function openEmbeddedMetrics(options: EmbeddedMetricsOptions): Promise<EmbeddedMetrics> {
  const { dir, now, warn = () => {} } = options
  const limits = { ...defaultLimits, ...options.limits }
  const bounds = { retentionMs: options.retentionMs, bytesMax: options.bytesMax }
  const folders = { wal: join(dir, 'wal'), ids: join(dir, 'ids') }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 })
  await syncFolder(dir)

  const index = new SeriesIndex()
  const head = new Head(index)
  const blocks = new Blocks(dir, index)
  const ids = new BatchIds(folders.ids, limits.idsKeptMs, limits.idsMax)
  const metadata = new MetadataBook(join(dir, 'metadata.json'))
  const results = new RangeResults(limits.resultBytesMax)
  const parts = { index, head, blocks, ids, metadata, results, limits }
  const intake = new Intake(parts)
  const scratches = new Scratches()
  const disk = new Disk(dir, 'metrics', limits.diskShareMax)
  const oldestMs = (): number => Math.max(now() - bounds.retentionMs, blocks.horizonMs)

  await blocks.load(warn)
  await metadata.load()
  await ids.load()
  for (const series of index.all()) intake.newestMs = Math.max(intake.newestMs, series.newestMs)
  for (const segment of await replay(folders.wal, parts, intake, now(), oldestMs())) {
    warn('The write-ahead log of metrics was damaged in places; what could be read was kept', { segment })
    await blocks.keepAside(segmentPath(folders.wal, segment))
  }
  const wal = await WriteAheadLog.open(folders.wal)
  const maintenance = new Maintenance({ ...parts, intake, wal, now, bounds, warn })
  const commits = new Commits(
    wal,
    disk,
    (batch) => intake.take(batch, wal, now(), oldestMs()),
    () => maintenance.beginSealing(),
  )
  let isClosed = false
  const timer = setInterval(() => {
    maintain().catch((error: unknown) => warn('Metrics could not be kept in order', { reason: String(error) }))
  }, maintainEveryMs).unref()

  async function maintain(): Promise<void> {
    await disk.look()
    if (isClosed) return
    await commits.run()
    await maintenance.run()
  }

  const sourcesOf = ({ fromMs, toMs }: TimeSpan) => ({
    files: blocks.overlapping(fromMs, toMs),
    windows: head.overlapping(fromMs, toMs),
  })

  async function* select(matchers: Matcher[], span: TimeSpan, signal: AbortSignal) {
    const sources = sourcesOf(span)
    const scratch = scratches.take()
    for (const file of sources.files) file.hold()
    try {
      const wanted = matchingSeries(index, matchers).filter(({ newestMs }) => newestMs >= span.fromMs)
      yield* readSeries(wanted, sources, span, signal, scratch)
    } finally {
      for (const file of sources.files) file.release()
      scratches.give(scratch)
    }
  }

  const listing = (selectors: Matcher[][], span: TimeSpan, options?: QueryOptions): Listing =>
    new Listing(index, sourcesOf(span), span, selectors, options?.signal)

  return {
    append: (batch) => commits.append(batch),
    select,
    instant: async (expression, atMs, options) => evaluateInstant(parsedLately(expression), atMs, { select }, options),
    range: (expression, range, options = {}) =>
      results.range(expression, range, options, (part) =>
        evaluateRange(parsedLately(expression), part, { select }, options),
      ),
    series: (selectors, span, limit, options) => listing(selectors, span, options).series(limit),
    labelNames: (selectors, span, limit, options) => listing(selectors, span, options).names(limit),
    labelValues: (name, selectors, span, limit, options) => listing(selectors, span, options).values(name, limit),
    metadata: async (wanted) => metadata.list(wanted),
    stats: async () => statsOf(index, head, blocks, wal),
    health: () => ({
      bytes: blocks.bytes + wal.bytes,
      walBytes: wal.bytes,
      headBytes: head.bytes,
      files: blocks.files.length,
      series: index.size,
      quarantinedFiles: blocks.quarantinedFiles,
      damagedRegions: blocks.damagedRegions,
      isDiskFull: disk.isFull,
    }),
    configure: async (changed) => {
      Object.assign(bounds, changed)
      await maintain()
    },
    maintain,
    close: async () => {
      clearInterval(timer)
      isClosed = true
      await commits.close()
      await maintenance.stop()
      await wal.close()
      blocks.close()
    },
  }
}

function statsOf(index: SeriesIndex, head: Head, blocks: Blocks, wal: WriteAheadLog): MetricStats {
  const spans = [...blocks.files, ...head.overlapping(-Infinity, Infinity)]
  let newestMs = -Infinity
  for (const series of index.all()) newestMs = Math.max(newestMs, series.newestMs)
  return {
    series: index.size,
    samples: blocks.samples + head.samples,
    bytes: blocks.bytes + wal.bytes,
    oldestMs: spans.length === 0 ? null : Math.min(...spans.map(({ oldestMs }) => oldestMs)),
    newestMs: newestMs === -Infinity ? null : newestMs,
  }
}

import type { BlockFile } from './blockFile.ts'
import type { Blocks } from './blocks.ts'
import type { BlockWriter, ChunkBytes } from './blockWriter.ts'
import { encodeChunk } from './chunk.ts'
import type { HeadWindow } from './headWindow.ts'
import { gather, regionsOf, Turns } from './reading.ts'
import { Scratch, type Samples } from './scratch.ts'
import type { IndexedSeries } from './seriesIndex.ts'
import { labelOf } from './matching.ts'

/** Samples of one chunk: enough to be small, few enough that an hour does not cost a day's decoding. */
const chunkSamples = 480
/** Chunks smaller than this, on average, are worth encoding anew when files are merged. */
const chunkSamplesMin = 240
const batchSeries = 256
const everything = { fromMs: -Infinity, toMs: Infinity }

/** Writes the samples of a window that takes no more to a file. */
export async function sealWindow(window: HeadWindow, blocks: Blocks): Promise<void> {
  const span = { fromMs: window.fromMs, toMs: window.toMs }
  await writing(blocks, window.fromMs, async (writer) => {
    const turns = new Turns()
    const scratch = new Scratch()
    for (const series of inFileOrder(window.series.keys())) {
      const samples = gather([window.series.get(series)!], span, scratch)
      if (samples) await writer.add(series.labels, chunksOf(samples))
      if (turns.isDue) await turns.next()
    }
    await blocks.finish(writer, {
      toMs: window.toMs,
      sealed: [{ windowMs: window.fromMs, beforeSegment: window.sealedBefore }],
      replaces: [],
    })
  })
}

/** Makes one file of several. Who reads the old ones may finish. */
export async function mergeFiles(files: readonly BlockFile[], oldestSegment: number, blocks: Blocks): Promise<void> {
  for (const file of files) file.hold()
  try {
    const fromMs = Math.min(...files.map((file) => file.fromMs))
    await writing(blocks, fromMs, async (writer) => {
      await copySeries(files, writer)
      await blocks.finish(writer, {
        toMs: Math.max(...files.map((file) => file.toMs)),
        sealed: files.flatMap(({ sealed }) => sealed).filter(({ beforeSegment }) => beforeSegment > oldestSegment),
        replaces: files.map(({ name }) => name),
      })
      for (const file of files) blocks.remove(file)
    })
  } finally {
    for (const file of files) file.release()
  }
}

async function writing(blocks: Blocks, fromMs: number, work: (writer: BlockWriter) => Promise<void>): Promise<void> {
  const writer = await blocks.create(fromMs)
  try {
    await work(writer)
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

async function copySeries(files: readonly BlockFile[], writer: BlockWriter): Promise<void> {
  const turns = new Turns()
  const scratch = new Scratch()
  const all = inFileOrder(new Set(files.flatMap(({ series }) => series)))
  for (let first = 0; first < all.length; first += batchSeries) {
    const batch = all.slice(first, first + batchSeries)
    scratch.reuseBytes()
    const regions = files.map((file) => new Map(regionsOf(batch, file, everything, scratch)))
    for (const [index, series] of batch.entries()) {
      const pieces = regions.flatMap((ofFile) => ofFile.get(index) ?? [])
      const chunks = pieces.flatMap((piece) => piece.chunks())
      if (canStay(chunks)) await writer.add(series.labels, chunks)
      else {
        const samples = gather(pieces, everything, scratch)
        if (samples) await writer.add(series.labels, chunksOf(samples))
      }
      if (turns.isDue) await turns.next()
    }
  }
}

function canStay(chunks: ChunkBytes[]): boolean {
  if (chunks.length === 0) return false
  const samples = chunks.reduce((sum, chunk) => sum + chunk.samples, 0)
  if (chunks.length > 1 && samples < chunks.length * chunkSamplesMin) return false
  return chunks.every(({ firstMs }, index) => index === 0 || firstMs > chunks[index - 1]!.lastMs)
}

/** By name of the metric: series that are asked for together lie together. */
function inFileOrder(series: Iterable<IndexedSeries>): IndexedSeries[] {
  const named = Array.from(series, (one) => ({ one, name: labelOf(one.labels, '__name__') }))
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return named.toSorted((a, b) => before(a.name, b.name) || before(a.one.key, b.one.key)).map(({ one }) => one)
}

function chunksOf({ timestamps, values }: Samples): ChunkBytes[] {
  const parts = Math.max(1, Math.round(timestamps.length / chunkSamples))
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((timestamps.length * part) / parts)
    const to = Math.floor((timestamps.length * (part + 1)) / parts)
    return {
      bytes: encodeChunk(timestamps, values, from, to - from).slice(),
      samples: to - from,
      firstMs: timestamps[from]!,
      lastMs: timestamps[to - 1]!,
    }
  })
}

import type { RawBlock } from './encode.ts'
import { HeadDay } from './head.ts'
import type { Streams } from './streams.ts'

export interface BlockSizes {
  /** Lines of a block. */
  blockLines: number
  /** Text that is compressed, and later read, at a time. */
  frameBytes: number
}

/** Copies rows of a head, given in order of time, to where they can be encoded elsewhere; `memory` is for their text. */
export function rawBlockOf(
  head: HeadDay,
  rows: Uint32Array,
  streams: Streams,
  { frameBytes }: BlockSizes,
  memory: (bytes: number) => Uint8Array<ArrayBuffer>,
): RawBlock {
  const { length } = rows
  const starts = startsOf(head, rows)
  const block = {
    generation: head.generation,
    offsets: new Float64Array(length),
    severities: new Uint8Array(length),
    streams: new Int32Array(length),
    ordinals: new Uint32Array(length),
    starts,
    text: memory(starts[length]!),
    frameRows: frameRowsOf(starts, frameBytes),
  }
  const places = new Map<number, number>()
  for (let at = 0; at < length; at++) {
    const chunk = head.chunkOf(rows[at]!)
    const row = HeadDay.rowInChunk(rows[at]!)
    const stream = chunk.streams[row]!
    if (!places.has(stream)) places.set(stream, places.size)
    block.offsets[at] = chunk.offsets[row]!
    block.severities[at] = chunk.severities[row]!
    block.streams[at] = places.get(stream)!
    block.ordinals[at] = chunk.ordinals[row]!
    chunk.text.copy(block.text, starts[at], chunk.starts[row], chunk.starts[row + 1])
  }
  return {
    ...block,
    labels: [...places.keys()].map((stream) => streams.at(stream).labels),
    metadata: metadataOf(head, rows, block.frameRows),
  }
}

function startsOf(head: HeadDay, rows: Uint32Array): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(rows.length + 1)
  for (let at = 0; at < rows.length; at++) {
    const chunk = head.chunkOf(rows[at]!)
    const row = HeadDay.rowInChunk(rows[at]!)
    starts[at + 1] = starts[at]! + chunk.starts[row + 1]! - chunk.starts[row]!
  }
  return starts
}

/** A frame ends with the line that fills it. */
function frameRowsOf(starts: Uint32Array, frameBytes: number): number[] {
  const frameRows = [0]
  for (let row = 1, start = 0; row < starts.length; row++) {
    if (row < starts.length - 1 && starts[row]! - start < frameBytes) continue
    frameRows.push(row)
    start = starts[row]!
  }
  return frameRows
}

function metadataOf(head: HeadDay, rows: Uint32Array, frameRows: number[]): (string | null)[] {
  const hasAny = head.chunks.some(({ metadata }) => metadata !== null)
  return frameRows.slice(1).map((to, frame) => {
    if (!hasAny) return null
    const fields = Array.from(
      rows.subarray(frameRows[frame], to),
      (row) => head.chunkOf(row).metadata?.[HeadDay.rowInChunk(row)] ?? '',
    )
    return fields.some((one) => one !== '') ? fields.join('\n') : null
  })
}

import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Labels } from '../../labels.ts'
import { ByteReader, ByteWriter } from './bytes.ts'

/** What a block file says of itself: which time it covers, and where each series lies. */
export interface BlockIndex {
  fromMs: number
  /** Exclusive. */
  toMs: number
  /** Samples of these windows in older segments of the write-ahead log are in this file, or were. */
  sealed: { windowMs: number; beforeSegment: number }[]
  /** Files whose content is in this one; they are left over from a merge that was interrupted. */
  replaces: string[]
  series: BlockEntry[]
}

export interface BlockEntry {
  labels: Labels
  /** Length of its region, 4 bytes each; regions follow one another. */
  words: number
  samples: number
  /** Time of its first and last sample, ms after `fromMs`. */
  firstMs: number
  lastMs: number
}

const version = 1
const footerMagic = 0x314b424d
const footerBytes = 40

/**
 * Two copies of the index and two of the footer that says where they are, so that one flipped bit
 * does not cost a whole file.
 */
export function encodeIndex(index: BlockIndex, offset: number): Uint8Array {
  const raw = rawIndex(index)
  const packed = zstdCompressSync(raw)
  const out = new ByteWriter(2 * packed.length + 2 * footerBytes)
  out.raw(packed)
  out.raw(packed)
  const footer = new ByteWriter(footerBytes)
  footer.uint32(footerMagic)
  footer.uint32(packed.length)
  footer.float64(offset)
  footer.float64(offset + packed.length)
  footer.uint32(crc32(packed))
  footer.uint32(raw.length)
  footer.uint32(0)
  footer.uint32(crc32(footer.written))
  out.raw(footer.written)
  out.raw(footer.written)
  return out.written
}

function rawIndex(index: BlockIndex): Uint8Array {
  const out = new ByteWriter()
  out.varint(version)
  out.float64(index.fromMs)
  out.float64(index.toMs)
  out.varint(index.sealed.length)
  for (const { windowMs, beforeSegment } of index.sealed) {
    out.float64(windowMs)
    out.varint(beforeSegment)
  }
  out.varint(index.replaces.length)
  for (const name of index.replaces) out.text(name)
  const texts = new Map<string, number>()
  for (const { labels } of index.series)
    for (const pair of Object.entries(labels))
      for (const text of pair) if (!texts.has(text)) texts.set(text, texts.size)
  out.varint(texts.size)
  for (const text of texts.keys()) out.text(text)
  out.varint(index.series.length)
  for (const entry of index.series) {
    const pairs = Object.entries(entry.labels)
    out.varint(pairs.length)
    for (const pair of pairs) for (const text of pair) out.varint(texts.get(text)!)
    out.varint(entry.words)
    out.varint(entry.samples)
    out.varint(entry.firstMs)
    out.varint(entry.lastMs)
  }
  return out.written
}

/** Reads bytes of the file at an offset. */
export type ReadAt = (offset: number, length: number) => Uint8Array

/** The index of a file of `size` bytes; null if no copy is whole. */
export function readIndex(read: ReadAt, size: number): BlockIndex | null {
  for (const copy of [1, 2]) {
    const at = size - copy * footerBytes
    const footer = at < 0 ? null : new ByteReader(read(at, footerBytes))
    if (!footer || footer.bytes.length < footerBytes) continue
    const sum = new ByteReader(footer.bytes, footerBytes - 4).uint32()
    if (footer.uint32() !== footerMagic || crc32(footer.bytes.subarray(0, footerBytes - 4)) !== sum) continue
    const length = footer.uint32()
    const offsets = [footer.float64(), footer.float64()]
    const indexSum = footer.uint32()
    const whole = offsets.map((offset) => read(offset, length)).find((bytes) => crc32(bytes) === indexSum)
    if (whole) return decodeIndex(zstdDecompressSync(whole, { maxOutputLength: footer.uint32() + 1 }))
  }
  return null
}

function decodeIndex(bytes: Uint8Array): BlockIndex | null {
  const reader = new ByteReader(bytes)
  if (reader.varint() !== version) return null
  const fromMs = reader.float64()
  const toMs = reader.float64()
  const sealed = times(reader.varint(), () => ({ windowMs: reader.float64(), beforeSegment: reader.varint() }))
  const replaces = times(reader.varint(), () => reader.text())
  const texts = times(reader.varint(), () => reader.text())
  const series = times(reader.varint(), () => ({
    labels: Object.fromEntries(times(reader.varint(), () => [texts[reader.varint()]!, texts[reader.varint()]!])),
    words: reader.varint(),
    samples: reader.varint(),
    firstMs: reader.varint(),
    lastMs: reader.varint(),
  }))
  return { fromMs, toMs, sealed, replaces, series }
}

const times = <Item>(count: number, item: () => Item): Item[] => Array.from({ length: count }, item)

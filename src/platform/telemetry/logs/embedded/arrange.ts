import { severities } from '../logs.ts'
import type { HeadDay } from './head.ts'
import type { BlockSizes } from './seal.ts'
import type { Streams } from './streams.ts'

/** Severities that are looked for by themselves: those of a group share blocks, where they are few. */
const sought = [[severities.indexOf('error'), severities.indexOf('critical')], [severities.indexOf('warn')]]
/** Of all lines; where more have such a severity they stay with their services. */
const soughtShareMax = 0.1

/**
 * Rows of each block to be, in order of time. Errors are kept together, so that the newest of them are in one place.
 * Of the rest, a service with many lines has blocks of its own, so that a search for a service skips all others; the
 * remaining ones share blocks, neighbours by name together.
 */
export function arrange(head: HeadDay, streams: Streams, { blockLines }: BlockSizes): Uint32Array[] {
  const { offsets, severities: ofRows, streams: streamOfRows } = head.columns()
  const groups = soughtGroups(ofRows)
  const ofGroups = groups.map((): number[] => [])
  const ofStreams = new Map<number, number[]>()
  for (let row = 0; row < ofRows.length; row++) {
    const group = groups.findIndex((one) => one.includes(ofRows[row]!))
    if (group >= 0) ofGroups[group]!.push(row)
    else pushTo(ofStreams, streamOfRows[row]!, row)
  }
  const timely = (rows: Uint32Array): Uint32Array => inOrderOfTime(offsets, rows)
  return [
    ...ofGroups.flatMap((rows) => portions(timely(Uint32Array.from(rows)), blockLines)),
    ...arrangeServices(rowsByService(ofStreams, streams), blockLines, timely),
  ]
}

function pushTo<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function soughtGroups(ofRows: Uint8Array): number[][] {
  const counts = severities.map(() => 0)
  for (const severity of ofRows) counts[severity]!++
  return sought.filter((group) => {
    const lines = group.reduce((sum, severity) => sum + counts[severity]!, 0)
    return lines > 0 && lines <= ofRows.length * soughtShareMax
  })
}

function arrangeServices(
  services: Uint32Array[],
  blockLines: number,
  timely: (rows: Uint32Array) => Uint32Array,
): Uint32Array[] {
  const blocks: Uint32Array[] = []
  let shared: Uint32Array[] = []
  let sharedLines = 0
  const closeShared = (): void => {
    if (sharedLines > 0) blocks.push(timely(together(shared)))
    shared = []
    sharedLines = 0
  }
  for (const ofService of services) {
    if (ofService.length * 4 >= blockLines) blocks.push(...portions(timely(ofService), blockLines))
    else {
      if (sharedLines + ofService.length > blockLines) closeShared()
      shared.push(ofService)
      sharedLines += ofService.length
    }
  }
  closeShared()
  return blocks
}

/** The rows of each service, services in order of their names. */
function rowsByService(ofStreams: Map<number, number[]>, streams: Streams): Uint32Array[] {
  const services = Map.groupBy(ofStreams, ([stream]) => streams.at(stream).service)
  return [...services.keys()]
    .toSorted()
    .map((name) => together(services.get(name)!.map(([, rows]) => Uint32Array.from(rows))))
}

function together(parts: Uint32Array[]): Uint32Array {
  if (parts.length === 1) return parts[0]!
  const rows = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    rows.set(part, at)
    at += part.length
  }
  return rows.toSorted()
}

/** Rows are in the order in which they came; those of the same time stay so. */
function inOrderOfTime(offsets: Float64Array, rows: Uint32Array): Uint32Array {
  for (let index = 1; index < rows.length; index++) {
    if (offsets[rows[index]!]! < offsets[rows[index - 1]!]!) {
      return rows.toSorted((a, b) => offsets[a]! - offsets[b]! || a - b)
    }
  }
  return rows
}

/** Equal parts, so that the last one is not tiny. */
function portions(rows: Uint32Array, sizeMax: number): Uint32Array[] {
  const count = Math.ceil(rows.length / sizeMax)
  const size = Math.ceil(rows.length / count)
  return Array.from({ length: count }, (_, index) => rows.subarray(index * size, (index + 1) * size))
}

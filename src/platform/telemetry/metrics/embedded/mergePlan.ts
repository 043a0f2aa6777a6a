import { windowMs } from './headWindow.ts'

/** What is known of a file. */
export interface Mergeable {
  fromMs: number
  toMs: number
  bytes: number
}

/** Windows grow into thirds of a day, those into days, so that a query of a day reads few files. */
const spans = [windowMs, 4 * windowMs, 12 * windowMs]
/** A file that came late is not worth writing a whole day again for, unless it has at least this share. */
const worthShare = 0.1
const piecesMax = 4

/**
 * Files to make one of: of one span of time that ended before `finishedBeforeMs`; the shortest span first, the oldest of those.
 */
export function mergePlan<File extends Mergeable>(files: readonly File[], finishedBeforeMs: number): File[] | null {
  for (const spanMs of spans) {
    const groups = Map.groupBy(
      files.filter((file) => spanOf(file, spanMs) !== null),
      (file) => spanOf(file, spanMs)!,
    )
    for (const [fromMs, group] of [...groups].toSorted(([a], [b]) => a - b))
      if (fromMs + spanMs <= finishedBeforeMs && isWorth(group)) return group
  }
  return null
}

/** The span in which the file lies as a whole. */
function spanOf({ fromMs, toMs }: Mergeable, spanMs: number): number | null {
  const start = Math.floor(fromMs / spanMs) * spanMs
  return toMs <= start + spanMs ? start : null
}

function isWorth(group: readonly Mergeable[]): boolean {
  if (group.length < 2) return false
  const bytes = group.map((file) => file.bytes)
  const largest = Math.max(...bytes)
  const rest = bytes.reduce((sum, size) => sum + size, 0) - largest
  return group.length >= piecesMax || rest >= largest * worthShare
}

import { isGap, type Gap, type Item, type Lines, type LinesState } from './lines.ts'
import { summaryOf } from './lineText.ts'
import type { LogRow } from './queries.ts'

/** A line, and how often it was said on end where that is shown as one. */
export type ShownRow = LogRow & { repeats?: number }

/** What a list draws. */
export interface DrawnLines {
  at(index: number): ShownRow | Gap | undefined
  all(): (ShownRow | Gap)[]
  /** Of the line, or of the one it is shown with. */
  indexOf(id: string): number
  state(): LinesState
  subscribe(watcher: () => void): () => void
}

const messages = new WeakMap<LogRow, string>()

function messageOf(row: LogRow): string {
  let message = messages.get(row)
  if (message === undefined) messages.set(row, (message = summaryOf(row).message))
  return message
}

/** The same said by the same service right before; when, and the fields beside it, may differ. */
const isRepeat = (before: Item | undefined, item: Item): boolean =>
  before !== undefined &&
  !isGap(before) &&
  !isGap(item) &&
  before.service === item.service &&
  before.severity === item.severity &&
  messageOf(before) === messageOf(item)

/**
 * How many of `items` stand first in them as they stood last in `before`, and how many left before those: most changes
 * only add at the end and take from the beginning. No more are looked at than the two at the ends.
 */
function keptOf(before: readonly Item[], items: readonly Item[]): { count: number; left: number } {
  const count = before.length === 0 ? 0 : items.lastIndexOf(before.at(-1)!) + 1
  const left = before.length - count
  return count > 0 && left >= 0 && items[0] === before[left] ? { count, left } : { count: 0, left: 0 }
}

/** Where they are after as many left; what had begun before then begins with the first. */
function startsAfter(starts: readonly number[], left: number): number[] {
  const rest = starts.filter((start) => start > left).map((start) => start - left)
  return [0, ...rest]
}

/**
 * The same lines, those that repeat each other on end drawn as the first of them with their number. The lines stay as
 * they are; what is drawn is found anew when they changed.
 */
export function withoutRepeats(lines: Lines): DrawnLines {
  let items: Item[] = []
  /** Indexes of the items that begin something new. */
  let starts: number[] = []
  let state = lines.state()
  let seenVersion = -1
  const counted = new WeakMap<LogRow, ShownRow>()

  const look = (): void => {
    const now = lines.state()
    if (now.version === seenVersion) return
    const [first] = items
    const before = items
    seenVersion = now.version
    items = lines.all()
    const kept = keptOf(before, items)
    starts = kept.count === 0 ? [] : startsAfter(starts, kept.left)
    for (let index = kept.count; index < items.length; index++)
      if (!isRepeat(items[index - 1], items[index]!)) starts.push(index)
    // What came before the first moves the others down by what is drawn of it.
    const moved = first ? Math.max(0, indexIn(items.indexOf(first))) : 0
    state = { ...now, length: starts.length, headMoved: state.headMoved + moved }
  }

  const indexIn = (itemIndex: number): number =>
    itemIndex === -1 ? -1 : starts.findLastIndex((start) => start <= itemIndex)

  const at = (index: number): ShownRow | Gap | undefined => {
    look()
    const start = starts[index]
    const item = start === undefined ? undefined : items[start]
    if (!item || isGap(item)) return item
    const repeats = (starts[index + 1] ?? items.length) - start!
    if (repeats === 1) return item
    const known = counted.get(item)
    if (known?.repeats === repeats) return known
    const row = { ...item, repeats }
    counted.set(item, row)
    return row
  }

  return {
    at,
    all: () => {
      look()
      return starts.map((_start, index) => at(index)!)
    },
    indexOf: (id) => {
      look()
      return indexIn(lines.indexOf(id))
    },
    state: () => {
      look()
      return state
    },
    subscribe: lines.subscribe,
  }
}

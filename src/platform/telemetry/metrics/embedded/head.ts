import { HeadWindow, Places, windowStart, type WindowSeries } from './headWindow.ts'
import type { IndexedSeries, SeriesIndex } from './seriesIndex.ts'

/** A window nobody appends to any more becomes a file after this time. */
const idleMs = 60_000

/** The newest samples, in windows of time: those that take samples, and those that are becoming files. */
export class Head {
  readonly open = new Map<number, HeadWindow>()
  sealing: HeadWindow[] = []
  readonly #index: SeriesIndex
  readonly #places = new Places()

  constructor(index: SeriesIndex) {
    this.#index = index
  }

  /** The window for a time, new if there is none; `segment` of the log is where its first sample goes. */
  windowAt(atMs: number, segment: number): HeadWindow {
    const start = windowStart(atMs)
    const known = this.open.get(start)
    if (known) return known
    const window = new HeadWindow(start, segment, this.#places)
    this.open.set(start, window)
    return window
  }

  /** In order of time; of one time, those that came first. */
  overlapping(fromMs: number, toMs: number): HeadWindow[] {
    return [...this.sealing, ...this.open.values()]
      .filter((window) => window.fromMs <= toMs && window.toMs > fromMs)
      .toSorted((a, b) => a.fromMs - b.fromMs)
  }

  get bytes(): number {
    let sum = 0
    for (const window of [...this.sealing, ...this.open.values()]) sum += window.bytes
    return sum
  }

  get samples(): number {
    let sum = 0
    for (const window of [...this.sealing, ...this.open.values()]) sum += window.samples
    return sum
  }

  /** The oldest segment of the log with samples that are in no file yet. */
  get oldestSegment(): number {
    return Math.min(Infinity, ...[...this.sealing, ...this.open.values()].map(({ firstSegment }) => firstSegment))
  }

  /**
   * Windows that should become files: past the time in which late samples are expected and left alone for a while;
   * those that keep segments up to `pinned` of the log from going; and, when memory is short, whichever take most of it.
   */
  due(finishedBeforeMs: number, now: number, bytesMax: number, pinned: number): HeadWindow[] {
    const windows = [...this.open.values()]
    const isOver = ({ toMs, touchedAt }: HeadWindow): boolean => toMs <= finishedBeforeMs && now - touchedAt >= idleMs
    const due = new Set(windows.filter((window) => isOver(window) || window.firstSegment <= pinned))
    let bytes = this.bytes
    if (bytes <= bytesMax) return [...due]
    for (const window of windows.toSorted((a, b) => b.bytes - a.bytes)) {
      if (bytes <= bytesMax / 2) break
      due.add(window)
      bytes -= window.bytes
    }
    return [...due]
  }

  /** From now on these take no samples; new ones of their time go to a new window. */
  beginSealing(windows: HeadWindow[]): void {
    for (const window of windows) {
      this.open.delete(window.fromMs)
      for (const [series, samples] of window.series) {
        // Whoever still reads the window when its places belong to others finds nothing in them.
        samples.settle()
        if (series.live === samples) series.live = null
      }
    }
    this.sealing = [...this.sealing, ...windows]
  }

  /** The window's samples are in a file, or were found out of date. */
  sealed(window: HeadWindow): void {
    this.sealing = this.sealing.filter((other) => other !== window)
    this.#index.release(window.series.keys())
  }

  /** Where the next sample of the series goes. */
  placeFor(series: IndexedSeries, atMs: number, segment: number): WindowSeries {
    const { live } = series
    if (live && atMs >= live.window.fromMs && atMs < live.window.toMs) return live
    const place = this.windowAt(atMs, segment).open(series)
    if (live && atMs < live.newestMs) return place
    live?.settle()
    return (series.live = place)
  }
}

import type { Shortcut } from './keyboard.ts'
import { absolute, rangeIn, shifted, zoomedOut, type Span, type TimeRange } from './timeRange.ts'
import { copyText } from './ui/clipboard.ts'
import { toastDone, toastError } from './ui/Toaster.tsx'

interface Shown {
  /** As the address has it. */
  range: TimeRange
  span: Span
  setRange: (range: TimeRange) => void
}

/** What the keyboard does with the time of a page, the same on all of them. */
export const timeRangeShortcuts = ({ range, span, setRange }: Shown): Shortcut[] =>
  (
    [
      ['t z', 'Zoom out', () => setRange(absolute(zoomedOut(span, Date.now())))],
      ['t ArrowLeft', 'Earlier', () => setRange(absolute(shifted(span, -1, Date.now())))],
      ['t ArrowRight', 'Later', () => setRange(absolute(shifted(span, 1, Date.now())))],
      ['t a', 'Make the time absolute', () => setRange(absolute(span))],
      ['t c', 'Copy the time', () => void copyRange(range).catch(toastError)],
      ['t v', 'Paste the time', () => void pasted().then(setRange, toastError)],
    ] as const
  ).map(([keys, label, run]) => ({ keys, label, group: 'Page', run }))

/** For browsers that let no page read the clipboard. */
const storageKey = 'miktos.time-range'

/** As Grafana copies it, so that it can be pasted there too. */
async function copyRange({ from, to }: TimeRange): Promise<void> {
  const text = JSON.stringify({ from, to })
  localStorage.setItem(storageKey, text)
  await copyText(text)
  toastDone('Time copied')
}

async function pasted(): Promise<TimeRange> {
  // Where it is not allowed, or on plain http, what was copied here counts.
  const text = await navigator.clipboard?.readText?.().catch(() => undefined)
  const range = rangeIn(text ?? '') ?? rangeIn(localStorage.getItem(storageKey) ?? '')
  if (!range) throw new Error('No time was copied; t c copies one')
  return range
}

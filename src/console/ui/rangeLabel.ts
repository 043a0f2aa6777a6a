import { formatClock, formatDayAndMinutes } from '../format.ts'
import { minuteMs } from '#kernel/time.ts'
import { endsNow, presets, type Span, type TimeRange } from '../timeRange.ts'

/** `Last hour`, `22 Nov, 10:30 to 11:30`. */
export function rangeLabel(range: TimeRange, span: Span): string {
  const preset = presets.find(({ from }) => from === range.from)
  if (endsNow(range) && preset) return preset.label
  const relative = /^now-(\d+)([smhdw])$/.exec(range.from)
  if (endsNow(range) && relative) return `Last ${relative[1]} ${relative[2]}`
  const isShort = span.toMs - span.fromMs < 10 * minuteMs
  const end = endsNow(range) ? 'now' : isShort ? formatClock(span.toMs) : endText(span)
  return `${formatDayAndMinutes(span.fromMs)}${isShort ? `:${formatClock(span.fromMs).slice(-2)}` : ''} to ${end}`
}

function endText({ fromMs, toMs }: Span): string {
  const [fromDay] = formatDayAndMinutes(fromMs).split(', ')
  const [toDay, toTime] = formatDayAndMinutes(toMs).split(', ')
  return fromDay === toDay ? toTime! : formatDayAndMinutes(toMs)
}

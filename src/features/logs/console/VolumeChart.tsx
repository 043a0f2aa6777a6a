import { useMemo, useRef, useState, type PointerEvent } from 'react'
import { formatClock, formatDayAndMinutes, formatNumber, plural } from '#console/format.ts'
import { axisFormat } from '#console/ui/timeAxis.ts'
import { severityLook, severityNames, type SeverityName } from './severity.ts'
import { allOf, pathsOf, severityAt, totalOf, type Volume } from './volume.ts'

interface VolumeChartProps {
  volume: Volume
  /** Dragging across it chooses a range, ms since 1970. */
  onZoom: (fromMs: number, toMs: number) => void
  /** A click on a level asks for it alone. */
  onLevel: (severity: SeverityName) => void
}

const ticks = 6
/** A shorter way of the pointer is a click. */
const dragMinShare = 0.01

/** How many lines there are over time, by level. */
export function VolumeChart({ volume, onZoom, onLevel }: VolumeChartProps) {
  const plot = useRef<HTMLDivElement>(null)
  const [hover, setHover] = useState<number>()
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const paths = useMemo(() => pathsOf(volume), [volume])
  const { buckets } = volume
  const spanMs = buckets * volume.bucketMs
  const timeAt = (share: number): number => volume.fromMs + share * spanMs
  const bucketAt = (share: number): number => Math.min(buckets - 1, Math.floor(share * buckets))

  const shareOf = ({ clientX }: PointerEvent): number => {
    const { left, width } = plot.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (clientX - left) / width))
  }
  const release = (event: PointerEvent): void => {
    if (!drag) return
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    setDrag(undefined)
    if (to - from > dragMinShare) return onZoom(timeAt(from), timeAt(to))
    const { bottom, height } = plot.current!.getBoundingClientRect()
    const severity = severityAt(volume, bucketAt(to), (bottom - event.clientY) / height)
    if (severity) onLevel(severity)
  }

  return (
    <figure aria-label="Lines over time by level" className="relative m-0 shrink-0 select-none">
      <div
        ref={plot}
        aria-hidden="true"
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: shareOf(event), to: shareOf(event) })
        }}
        onPointerMove={(event) => {
          const share = shareOf(event)
          setHover(bucketAt(share))
          if (drag) setDrag({ ...drag, to: share })
        }}
        onPointerUp={release}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setHover(undefined)}
        className="relative h-14 cursor-crosshair touch-pan-y border-b border-border"
      >
        <svg viewBox={`0 0 ${Math.max(1, buckets)} 100`} preserveAspectRatio="none" className="size-full">
          {hover !== undefined && <rect x={hover} y="0" width="1" height="100" style={{ fill: 'var(--hover)' }} />}
          {paths.map(({ severity, path }) => (
            <path key={severity} d={path} style={{ fill: severityLook[severity].colour }} />
          ))}
        </svg>
        {drag && Math.abs(drag.to - drag.from) > dragMinShare && (
          <div
            className="absolute inset-y-0 border-x border-accent bg-accent/25"
            style={{
              left: `${Math.min(drag.from, drag.to) * 100}%`,
              width: `${Math.abs(drag.to - drag.from) * 100}%`,
            }}
          />
        )}
        {hover !== undefined && !drag && <HoverBox volume={volume} index={hover} buckets={buckets} />}
      </div>
      <TimeTicks fromMs={volume.fromMs} spanMs={spanMs} />
      <VolumeTable volume={volume} />
    </figure>
  )
}

function TimeTicks({ fromMs, spanMs }: { fromMs: number; spanMs: number }) {
  const times = Array.from({ length: ticks }, (_none, index) => (fromMs + ((index + 0.5) / ticks) * spanMs) / 1_000)
  return (
    <div aria-hidden="true" className="flex text-xs text-faint">
      {axisFormat(times).map((text, index) => (
        <span key={times[index]} className="min-w-0 flex-1 text-center whitespace-nowrap max-sm:odd:invisible">
          {text}
        </span>
      ))}
    </div>
  )
}

function HoverBox({ volume, index, buckets }: { volume: Volume; index: number; buckets: number }) {
  const at = volume.fromMs + index * volume.bucketMs
  const present = severityNames.filter((name) => (volume.counts[name]?.[index] ?? 0) > 0)
  const isRight = index > buckets / 2
  return (
    <div
      className="pointer-events-none absolute top-1 z-20 rounded-md border border-border bg-raised px-2 py-1 text-sm shadow-float"
      style={isRight ? { right: `${100 - (index / buckets) * 100 + 1}%` } : { left: `${(index / buckets) * 100 + 2}%` }}
    >
      <p className="whitespace-nowrap text-muted">
        {bucketsText(at, volume.bucketMs)}
        {present.length === 0 && ': no lines'}
      </p>
      {present.map((name) => (
        <p key={name} className="flex items-center gap-2 whitespace-nowrap">
          <span className="size-2 rounded-[2px]" style={{ background: severityLook[name].colour }} />
          <span className="flex-1 text-muted">{severityLook[name].name}</span>
          {formatNumber(volume.counts[name]![index]!)}
        </p>
      ))}
    </div>
  )
}

const bucketsText = (atMs: number, bucketMs: number): string =>
  bucketMs >= 3_600_000
    ? `${formatDayAndMinutes(atMs)} to ${formatDayAndMinutes(atMs + bucketMs)}`
    : `${formatClock(atMs)} to ${formatClock(atMs + bucketMs)}`

/** The same for those who do not see it. */
const VolumeTable = ({ volume }: { volume: Volume }) => (
  <div className="sr-only">
    <table>
      <caption>{plural(allOf(volume), 'line')} by level</caption>
      <tbody>
        {severityNames.map((name) => (
          <tr key={name}>
            <th scope="row">{severityLook[name].name}</th>
            <td>{formatNumber(totalOf(volume, name))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

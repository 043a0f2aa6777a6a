import { useState } from 'react'
import { cx } from './cx.ts'
import type { StatusLevel } from './Status.tsx'
import { formatUnit, type Unit } from './unit.ts'

interface BarPart {
  label: string
  level?: StatusLevel
}

interface BarChartProps {
  /** What is seen, for those who do not see it. */
  label: string
  /** What each bar is made of, bottom first; one part makes plain bars. */
  parts: BarPart[]
  /** `name` is read out and stands in the tooltip, `tick` below the bar where there is room. */
  bars: { name: string; tick?: string; values: number[] }[]
  unit?: Unit
  /** Px without the ticks. */
  height?: number
}

/** More do not fit below each other's bars on a phone; every second is left out there. */
const narrowTicksMax = 5

/** Counts side by side: per hour, per day, per endpoint. */
export function BarChart({ label, parts, bars, unit = 'count', height = 120 }: BarChartProps) {
  const [shown, setShown] = useState<number>()
  const highest = Math.max(0, ...bars.map(({ values }) => sum(values)))
  const ticked = bars.filter(({ tick }) => tick)
  const bar = shown === undefined ? undefined : bars[shown]
  return (
    <figure aria-label={label} className="m-0">
      <div className="mb-1 flex min-h-5 flex-wrap items-center gap-x-4 text-sm text-muted">
        {bar && <span className="text-text">{bar.name}</span>}
        {parts.map((part, index) => (
          <span key={part.label} className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="size-2 rounded-[2px]" style={{ background: colourOf(part, index) }} />
            {part.label}
            <span className="text-text tabular-nums">
              {formatUnit(bar ? bar.values[index] : sum(bars.map(({ values }) => values[index] ?? 0)), unit)}
            </span>
          </span>
        ))}
        {!bar && <span className="ml-auto text-xs text-faint">highest {formatUnit(highest, unit)}</span>}
      </div>
      <div
        aria-hidden="true"
        className="flex items-end gap-px border-b border-border"
        style={{ height }}
        onPointerLeave={() => setShown(undefined)}
      >
        {bars.map(({ name, values }, index) => (
          <div
            key={name}
            onPointerEnter={() => setShown(index)}
            className="flex h-full min-w-0 flex-1 flex-col-reverse hover:bg-hover"
          >
            {values.map((value, part) => (
              <div
                key={parts[part]!.label}
                className="last:rounded-t-[2px]"
                style={{
                  height: `${highest === 0 ? 0 : (value / highest) * 100}%`,
                  background: colourOf(parts[part]!, part),
                }}
              />
            ))}
          </div>
        ))}
      </div>
      <div aria-hidden="true" className="flex gap-px text-xs text-faint">
        {bars.map((bar) => (
          <span
            key={bar.name}
            className={cx(
              'min-w-0 flex-1 overflow-visible text-center whitespace-nowrap',
              ticked.indexOf(bar) % 2 === 1 && ticked.length > narrowTicksMax && 'max-sm:invisible',
            )}
          >
            {bar.tick}
          </span>
        ))}
      </div>
      {/* A table takes the room of its text even where it is clipped; what holds it does not. */}
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <tbody>
            {bars.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, part) => (
                  <td key={parts[part]!.label}>
                    {parts[part]!.label}: {formatUnit(value, unit)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

const colourOf = ({ level }: BarPart, index: number): string =>
  level ? `var(--${level})` : `var(--series-${(index % 8) + 1})`

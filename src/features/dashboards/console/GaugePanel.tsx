import { Status } from '#console/ui/Status.tsx'
import { levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import type { Panel } from './queries.ts'
import { levelFor, reduced, shareOf, type Series } from './values.ts'

const shownMax = 8
const radius = 40
const thickness = 10
/** Three quarters of a circle, open at the bottom. */
const arcLength = 2 * Math.PI * radius * 0.75

/** A value along its scale, as a dial. Without a largest value the scale ends at the largest there is. */
export function GaugePanel({ panel, series, height }: { panel: Panel; series: Series[]; height: number }) {
  const shown = series.slice(0, shownMax).map((one) => ({ ...one, value: reduced(one, panel.reduce) }))
  const highest = Math.max(0, ...shown.map(({ value }) => value ?? 0))
  const size = Math.max(64, Math.min(height - (series.length > 1 ? 24 : 0), 160))
  return (
    <ul className="flex h-full flex-wrap items-center justify-center gap-3 overflow-hidden">
      {shown.map(({ key, name, value }) => {
        const level = levelFor(value, panel.thresholds)
        return (
          <li key={key} className="flex min-w-0 flex-col items-center">
            <div className="relative" style={{ width: size, height: size }}>
              <Dial share={shareOf(value, panel, highest)} colour={level ? `var(--${level})` : 'var(--accent)'} />
              <span className="absolute inset-0 flex flex-col items-center justify-center">
                <span className="font-semibold tabular-nums">{formatValue(value, panel)}</span>
                {level && level !== 'unknown' && <Status level={level}>{levelWords[level]}</Status>}
              </span>
            </div>
            {series.length > 1 && <span className="max-w-32 truncate text-sm text-muted">{name}</span>}
          </li>
        )
      })}
    </ul>
  )
}

const Dial = ({ share, colour }: { share: number; colour: string }) => (
  <svg viewBox="0 0 100 100" aria-hidden="true" className="size-full rotate-[135deg]">
    {[
      { stroke: 'var(--hover)', length: arcLength },
      { stroke: colour, length: arcLength * share },
    ].map(({ stroke, length }) => (
      <circle
        key={stroke}
        cx="50"
        cy="50"
        r={radius}
        fill="none"
        stroke={stroke}
        strokeWidth={thickness}
        strokeDasharray={`${length} 1000`}
      />
    ))}
  </svg>
)

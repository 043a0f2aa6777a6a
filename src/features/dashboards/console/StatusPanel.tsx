import { formatMinutes } from '#console/format.ts'
import { cx } from '#console/ui/cx.ts'
import { Status } from '#console/ui/Status.tsx'
import { levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import { levelFill } from './levelColours.ts'
import type { Level, Panel } from './queries.ts'
import { levelFor, reduced, worstLevel, type Series, type SeriesGrid } from './values.ts'

/** Where no threshold says otherwise, 1 and above is up. */
const upOrDown: Panel['thresholds'] = [
  { value: -Number.MAX_VALUE, level: 'error' },
  { value: 1, level: 'ok' },
]

/** Tall for what is well, so that what is not shows without colour too. */
const heights: Record<Level, string> = {
  ok: 'h-4',
  info: 'h-4',
  warn: 'h-3',
  error: 'h-2',
  critical: 'h-1.5',
  unknown: 'h-1',
}

/** A bar for each moment and line: how it has been, and how it is. */
export function StatusPanel({ panel, grid: { times, series } }: { panel: Panel; grid: SeriesGrid }) {
  const thresholds = panel.thresholds.length > 0 ? panel.thresholds : upOrDown
  return (
    <div tabIndex={0} role="group" aria-label={`${panel.title || 'Status'}, states`} className="h-full overflow-auto">
      <ul className="flex flex-col gap-1.5">
        {series.map((one) => {
          const { key, name, values } = one
          const level = levelFor(reduced(one, 'last'), thresholds) ?? 'unknown'
          const levels = values.map((_value, index) => worstLevel(one, index, thresholds))
          return (
            <li key={key} className="flex items-center gap-3">
              <span className="w-40 shrink-0 truncate text-sm max-md:w-28">{name}</span>
              <span role="img" aria-label={spoken(levels)} className="flex h-4 min-w-0 flex-1 items-end gap-px">
                {levels.map((beat, index) => (
                  <span
                    key={times[index] ?? index}
                    title={`${formatMinutes(times[index] ?? 0)} ${levelWords[beat]} ${valueText(one, index, panel)}`}
                    className={cx('min-w-px flex-1 rounded-xs', heights[beat], levelFill[beat])}
                  />
                ))}
              </span>
              <span className="w-20 shrink-0">
                <Status level={level}>{levelWords[level]}</Status>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** What it was at a moment, or from where to where it went since the one before. */
function valueText({ values, lows = values, highs = values }: Series, index: number, panel: Panel): string {
  const [low, high] = [lows[index] ?? null, highs[index] ?? null]
  return low === high
    ? formatValue(values[index] ?? low, panel)
    : `${formatValue(low, panel)} – ${formatValue(high, panel)}`
}

/** `58 OK, 2 Error` */
const spoken = (levels: readonly Level[]): string =>
  [...Map.groupBy(levels, (level) => level)].map(([level, all]) => `${all.length} ${levelWords[level]}`).join(', ')

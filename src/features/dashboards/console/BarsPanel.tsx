import { cx } from '#console/ui/cx.ts'
import { StatusShape } from '#console/ui/Status.tsx'
import { levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import { levelFill } from './levelColours.ts'
import type { Panel } from './queries.ts'
import { levelFor, reduced, shareOf, type Series } from './values.ts'

const shownMax = 50

/** Lines beside each other by their value, the largest first. */
export function BarsPanel({ panel, series }: { panel: Panel; series: Series[] }) {
  const rows = series
    .map((one) => ({ ...one, value: reduced(one, panel.reduce) }))
    .toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))
    .slice(0, shownMax)
  const highest = Math.max(0, ...rows.map(({ value }) => value ?? 0))
  return (
    <div tabIndex={0} role="group" aria-label={`${panel.title || 'Bars'}, values`} className="h-full overflow-auto">
      <ul className="flex flex-col gap-1.5">
        {rows.map(({ key, name, value }) => {
          const level = levelFor(value, panel.thresholds)
          return (
            <li key={key}>
              <p className="flex items-center gap-2 text-sm">
                <span className="min-w-0 flex-1 truncate text-muted">{name}</span>
                {level && level !== 'unknown' && (
                  <>
                    <StatusShape level={level} />
                    <span className="sr-only">{levelWords[level]}</span>
                  </>
                )}
                <span className="tabular-nums">{formatValue(value, panel)}</span>
              </p>
              <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-hover">
                <div
                  className={cx('h-full rounded-full', level ? levelFill[level] : 'bg-accent')}
                  style={{ width: `${shareOf(value, panel, highest) * 100}%` }}
                />
              </div>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

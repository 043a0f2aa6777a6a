import { cx } from '#console/ui/cx.ts'
import { Sparkline } from '#console/ui/Sparkline.tsx'
import { Status } from '#console/ui/Status.tsx'
import { levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import { levelText } from './levelColours.ts'
import type { Panel } from './queries.ts'
import { countingFor, levelFor, reduced, type Series } from './values.ts'

const shownMax = 12
/** Below it there is only room for the number. */
const sparklinePxMin = 96

/** One number large, or several beside each other, each with how it came about. */
export function StatPanel({ panel, series, height }: { panel: Panel; series: Series[]; height: number }) {
  const isSingle = series.length === 1
  return (
    <div className="flex h-full flex-wrap items-stretch gap-2 overflow-hidden">
      {series.slice(0, shownMax).map((one) => {
        const { key, name, values } = one
        const value = reduced(one, panel.reduce)
        const level = levelFor(value, panel.thresholds)
        return (
          <div key={key} className="flex min-w-28 flex-1 flex-col justify-center gap-1">
            {!isSingle && <span className="truncate text-sm text-muted">{name}</span>}
            <span className="flex flex-wrap items-baseline gap-x-2">
              <span
                className={cx(
                  'font-semibold whitespace-nowrap tabular-nums',
                  isSingle ? 'text-2xl' : 'text-lg',
                  level && levelText[level],
                )}
              >
                {formatValue(value, panel)}
              </span>
              {level && level !== 'unknown' && <Status level={level}>{levelWords[level]}</Status>}
            </span>
            {isSingle && height >= sparklinePxMin && values.length > 1 && (
              <Sparkline label={`${panel.title || name}, over the range`} values={countingFor(one, panel.reduce)} />
            )}
          </div>
        )
      })}
    </div>
  )
}

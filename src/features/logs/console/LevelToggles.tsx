import { formatNumber, formatShort } from '#console/format.ts'
import { cx } from '#console/ui/cx.ts'
import { severityLook, severityNames, type SeverityName } from './severity.ts'
import { totalOf, type Volume } from './volume.ts'

interface LevelTogglesProps {
  /** Of the query without its levels. */
  volume: Volume | undefined
  /** None means all. */
  chosen: readonly string[]
  onChange: (levels: SeverityName[]) => void
}

/** Which levels are shown, and how many lines each has. */
export const LevelToggles = ({ volume, chosen, onChange }: LevelTogglesProps) => (
  <div role="group" aria-label="Levels" className="flex min-w-0 gap-1 overflow-x-auto">
    {severityNames.map((name) => {
      const count = volume && totalOf(volume, name)
      const isChosen = chosen.includes(name)
      const next = severityNames.filter((other) => (other === name ? !isChosen : chosen.includes(other)))
      return (
        <button
          key={name}
          type="button"
          aria-pressed={isChosen}
          onClick={() => onChange(next)}
          className={cx(
            'flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-1.5 text-sm max-md:h-8',
            isChosen ? 'border-accent bg-selected text-text' : 'border-border text-muted hover:text-text',
            chosen.length > 0 && !isChosen && 'border-dashed',
          )}
        >
          <span aria-hidden="true" className="size-2 rounded-[2px]" style={{ background: severityLook[name].colour }} />
          {severityLook[name].name}
          <span className="min-w-[2ch] text-right text-text">
            <span className="max-md:hidden">{countText(count, fullBelow)}</span>
            <span className="md:hidden">{countText(count, 0)}</span>
          </span>
        </button>
      )
    })}
  </div>
)

/** Longer numbers push the chips out of the window. */
const fullBelow = 1_000_000

const countText = (count: number | undefined, below: number): string => {
  if (count === undefined) return ''
  return count < below ? formatNumber(count) : formatShort(count)
}

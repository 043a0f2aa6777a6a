import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import { betweenText } from './momentTexts.ts'
import type { Moment } from './plotMoment.ts'
import { StatusShape } from './Status.tsx'
import { lineColour } from './timeLines.ts'
import { formatUnit, type Unit } from './unit.ts'

const marksMax = 6

interface MomentBoxProps {
  /** Of which chart it is. */
  label: string
  moment: Moment
  /** When it is. */
  text: string
  unit: Unit
  /** Where the moment is, px from the left of the chart, and how wide that is. */
  leftPx: number
  widthPx: number
  /** With it the box stays until it is closed, and its links can be followed. */
  onClose?: () => void
}

/** The values of one moment beside it: under the pointer for as long as it is there, or pinned. */
export function MomentBox({ label, moment, text, unit, leftPx, widthPx, onClose }: MomentBoxProps) {
  const { values, left, marks } = moment
  const isRight = leftPx > widthPx / 2
  const isPinned = onClose !== undefined
  const shown = marks.slice(0, marksMax)
  return (
    <div
      {...(isPinned ? { role: 'group', 'aria-label': `${label}: pinned moment` } : { 'aria-hidden': true })}
      className={cx(
        'absolute top-1 z-10 max-w-[60%] rounded-md border bg-raised px-2 py-1 text-sm shadow-float',
        isPinned ? 'max-h-full overflow-y-auto border-strong' : 'pointer-events-none border-border',
      )}
      style={isRight ? { right: widthPx - leftPx + 12 } : { left: leftPx + 12 }}
    >
      <p className="flex items-center justify-between gap-2 text-muted tabular-nums">
        {text}
        {onClose && <IconButton icon={X} size="sm" label="Unpin (Esc)" onClick={onClose} />}
      </p>
      <div className="grid grid-cols-[auto_minmax(3rem,1fr)_auto_auto] items-center gap-x-2 text-right whitespace-nowrap tabular-nums max-sm:grid-cols-[auto_minmax(3rem,1fr)_auto]">
        {values.map((one) => (
          <p key={one.line.key} className="contents">
            <span className="h-[3px] w-3" style={{ background: lineColour(one.line, one.order) }} />
            <span className="truncate text-left text-muted">{one.line.label}</span>
            <span className="pl-3">{formatUnit(one.value, unit)}</span>
            <span className="text-faint max-sm:col-span-full">{betweenText(one, unit)}</span>
          </p>
        ))}
      </div>
      {left > 0 && <p className="text-faint">and {left} lower</p>}
      {shown.map(({ at, label: word, level = 'info', path }) => (
        <p key={`${at} ${word} ${path}`} className="flex items-center gap-2 whitespace-nowrap">
          <StatusShape level={level} />
          {isPinned && path ? (
            <Link to={path} dir="auto" className="min-w-0 truncate text-link hover:underline">
              {word}
            </Link>
          ) : (
            <span dir="auto" className="min-w-0 truncate">
              {word}
            </span>
          )}
        </p>
      ))}
      {marks.length > shown.length && <p className="text-faint">and {marks.length - shown.length} more</p>}
      {!isPinned && shown.some(({ path }) => path) && <p className="text-faint">Click to keep this open</p>}
    </div>
  )
}

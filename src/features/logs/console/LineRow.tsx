import { memo } from 'react'
import { formatNumber, plural } from '#console/format.ts'
import { cx } from '#console/ui/cx.ts'
import { formatLineDay, formatLineTime } from './lineTime.ts'
import { LineText } from './LineText.tsx'
import { fieldOf, foldedLines, summaryOf } from './lineText.ts'
import type { ShownRow } from './repeats.ts'
import { severityLook } from './severity.ts'

export interface LineLook {
  marked: readonly string[]
  columns: readonly string[]
  isWrapped: boolean
  /** Where the lines are of more than one day. */
  hasDay: boolean
}

interface LineRowProps extends LineLook {
  row: ShownRow
  isSelected: boolean
  /** The line that the address is about. */
  isAnchor: boolean
}

const noWrapCharactersMax = 500
const serviceWidth = 'w-[12ch] shrink-0 truncate text-muted max-md:hidden'
const columnWidth = 'w-[12ch] shrink-0 truncate text-muted'

/** What stands where, once there are columns that do not explain themselves. */
export const LineHead = ({ columns, hasDay }: Pick<LineLook, 'columns' | 'hasDay'>) => (
  <div className="flex h-6 shrink-0 items-center gap-3 border-b border-border pr-3 font-mono text-sm text-faint">
    <span className="w-[3px] shrink-0" />
    <span className={hasDay ? 'w-[19ch] shrink-0' : 'w-[12ch] shrink-0'}>Time</span>
    <span className="w-[5ch] shrink-0">Level</span>
    <span className={serviceWidth}>Service</span>
    {columns.map((name) => (
      <span key={name} className={columnWidth}>
        {name}
      </span>
    ))}
    <span className="min-w-0 flex-1 truncate">Line</span>
  </div>
)

/** One line: time, level, service, columns, and what it says. */
export const LineRow = memo(function LineRow({
  row,
  marked,
  columns,
  isWrapped,
  hasDay,
  isSelected,
  isAnchor,
}: LineRowProps) {
  const { word, colour, className } = severityLook[row.severity]
  const { message, rest } = summaryOf(row)
  return (
    <div
      data-row={row.id}
      className={cx(
        'flex cursor-default gap-3 pr-3 leading-5',
        isWrapped ? 'items-start' : 'h-5 items-center overflow-hidden whitespace-pre [contain:strict]',
        isSelected ? 'bg-selected' : isAnchor ? 'bg-warn/15' : 'hover:bg-hover',
      )}
    >
      <span aria-hidden="true" className="h-5 w-[3px] shrink-0 self-stretch" style={{ background: colour }} />
      <time dateTime={row.timestamp} className={cx('shrink-0 text-faint', hasDay ? 'w-[19ch]' : 'w-[12ch]')}>
        {hasDay && `${formatLineDay(row.timestamp)} `}
        {formatLineTime(row.timestamp)}
      </time>
      <span className={cx('w-[5ch] shrink-0', className)}>{word}</span>
      <span className={serviceWidth}>{row.service}</span>
      {columns.map((name) => (
        <span key={name} className={columnWidth}>
          {fieldOf(row, name) ?? <span className="text-faint">–</span>}
        </span>
      ))}
      <span className={cx('min-w-0 flex-1', isWrapped ? 'break-all whitespace-pre-wrap' : 'truncate')}>
        {row.repeats !== undefined && (
          <span className="mr-2 rounded-sm bg-hover px-1 text-muted" title={`The same ${row.repeats} times on end`}>
            ×{formatNumber(row.repeats)}
          </span>
        )}
        <Message message={message} marked={marked} isWrapped={isWrapped} />
        {rest.map(([name, value]) => (
          <span key={name} className="text-faint">
            {' '}
            {name}=<LineText line={value} marked={marked} charactersMax={200} />
          </span>
        ))}
      </span>
    </div>
  )
})

/** In one row what it begins with and ends with; wrapped each line of it that is not folded away. */
function Message({ message, marked, isWrapped }: Pick<LineLook, 'marked' | 'isWrapped'> & { message: string }) {
  const parts = foldedLines(message, marked)
  return parts.map((part, index) => (
    <span
      // Parts of one line never change places.
      // oxlint-disable-next-line react/no-array-index-key
      key={index}
      className={cx(isWrapped && parts.length > 1 && 'block', !isWrapped && index > 0 && 'pl-2')}
    >
      {typeof part === 'number' ? (
        <span className="text-faint">… {plural(part, 'more line')} …</span>
      ) : (
        <LineText line={part} marked={marked} charactersMax={isWrapped ? undefined : noWrapCharactersMax} />
      )}
    </span>
  ))
}

import { escapeControls } from '#platform/logging/escape.ts'

export type Cell = string | number | boolean | null | undefined

export interface Column<T> {
  title: string
  of: (row: T) => Cell
  align?: 'right'
}

/** Rows in columns of equal width; numbers to the right. Text from elsewhere cannot move the cursor or break a line. */
export function alignedTable<T>(rows: readonly T[], columns: readonly Column<T>[]): { head: string; body: string[] } {
  const cells = rows.map((row) => columns.map(({ of }) => cellText(of(row), '–')))
  const widths = columns.map(({ title }, index) => Math.max(width(title), ...cells.map((line) => width(line[index]!))))
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const space = ' '.repeat(widths[index]! - width(text))
        return columns[index]!.align === 'right' ? space + text : text + space
      })
      .join('  ')
      .trimEnd()
  return { head: line(columns.map(({ title }) => title)), body: cells.map(line) }
}

/** One row a line, a tab between cells, no title: for `cut`, `awk` and `grep`. */
export const plainTable = <T>(rows: readonly T[], columns: readonly Column<T>[]): string[] =>
  rows.map((row) => columns.map(({ of }) => cellText(of(row), '')).join('\t'))

function cellText(value: Cell, missing: string): string {
  if (value === null || value === undefined || value === '') return missing
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return escapeControls(String(value))
}

const graphemes = new Intl.Segmenter()
const isWide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u

/** Cells of a terminal that the text takes. */
const width = (text: string): number => {
  let cells = 0
  for (const { segment } of graphemes.segment(text)) cells += isWide.test(segment) ? 2 : 1
  return cells
}

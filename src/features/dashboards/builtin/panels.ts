import { Board, columns, type BoardInput, type Panel } from '../board.ts'

type PanelInput = NonNullable<BoardInput['panels']>[number]
type Query = NonNullable<PanelInput['queries']>[number]
type Given = Omit<PanelInput, 'id' | 'x' | 'y' | 'type' | 'queries'>
type Placed = Omit<PanelInput, 'id' | 'x' | 'y'>

/** A query with the name of its lines: `of('sum(up)', '{{job}}')`. */
export const of = (expr: string, legend = ''): Query => ({ expr, legend })

const panel =
  (type: Panel['type']) =>
  (title: string, queries: Query | Query[], given: Omit<Given, 'title'>): Placed => ({
    ...given,
    type,
    title,
    queries: [queries].flat(),
  })

export const timeseries = panel('timeseries')
export const stat = panel('stat')
export const gauge = panel('gauge')
export const bar = panel('bar')
export const table = panel('table')
export const status = panel('status')
export const text = (content: string, size: Pick<Given, 'w' | 'h'>): Placed => ({ ...size, type: 'text', content })

/** Sets panels beside each other as far as they fit, then below, each row as high as its highest. */
export function board(given: Omit<BoardInput, 'panels'>, placed: Placed[]): Board {
  let [x, y, rowHeight] = [0, 0, 0]
  const panels = placed.map((one, index): PanelInput => {
    if (x + one.w > columns) [x, y, rowHeight] = [0, y + rowHeight, 0]
    const at = { ...one, id: `p${index + 1}`, x, y }
    x += one.w
    rowHeight = Math.max(rowHeight, one.h)
    return at
  })
  return Board.parse({ ...given, panels })
}

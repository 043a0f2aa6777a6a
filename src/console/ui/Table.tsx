import { ArrowDown, ArrowUp, Ellipsis } from 'lucide-react'
import { Fragment, useEffect, useRef, useState, type ReactNode } from 'react'
import { useShortcuts } from '../keyboard.ts'
import { IconButton } from './Button.tsx'
import { Checkbox } from './Checkbox.tsx'
import { cx } from './cx.ts'
import { ErrorPanel } from './ErrorPanel.tsx'
import { Menu, type MenuItem } from './Menu.tsx'
import { Skeleton } from './Skeleton.tsx'

export interface Column<Row> {
  /** Also the name the server sorts by. */
  key: string
  header: string
  cell: (row: Row) => ReactNode
  /** Numbers stand at the end, with their unit in the header. */
  align?: 'end'
  sortable?: boolean
  /** Names the row: one such column; it heads the row where the table is stacked. */
  primary?: boolean
  /** Left out where the window is narrower than this. */
  from?: 'lg' | 'xl'
  /** CSS width of the column: `30%`, `120px`. */
  width?: string
}

interface TableProps<Row> {
  /** What the rows are, for screen readers: `Users`. */
  label: string
  columns: Column<Row>[]
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** `name` upwards, `-name` downwards. */
  sort?: string
  onSort?: (sort: string) => void
  /** Enter on a row. The row itself is no link: its name is. */
  onOpen?: (row: Row) => void
  /** Behind the dots of the row and the key `.`. */
  actions?: (row: Row) => MenuItem[]
  /** Keys of the rows that are chosen. */
  selected?: ReadonlySet<string>
  onSelect?: (selected: ReadonlySet<string>) => void
  /** The row shown in a peek panel. */
  current?: string | undefined
  error?: Error | null
  onRetry?: () => void
  /** Rows of the same group stand together under its heading; they come in that order. */
  groupOf?: (row: Row) => { key: string; heading: ReactNode }
  /** Shown instead of rows when there are none: an EmptyState. */
  empty: ReactNode
  /** How many rows the skeleton has while the first ones come. */
  expectedRows?: number
}

export function Table<Row>(props: TableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    sort,
    onSort,
    onOpen,
    actions,
    selected,
    onSelect,
    current,
    error,
    onRetry,
    groupOf,
    empty,
    expectedRows = 8,
  } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const [menuOf, setMenuOf] = useState<string>()
  const keys = (rows ?? []).map(rowKey)
  useRowKeys({ body, rows: rows ?? [], keys, onOpen, current, openMenu: actions && setMenuOf, selected, onSelect })

  if (error && !rows) {
    return (
      <div className="p-3">
        <ErrorPanel error={error} what={label.toLowerCase()} {...(onRetry && { onRetry })} />
      </div>
    )
  }
  if (rows?.length === 0) return empty
  return (
    <div className="overflow-x-auto">
      <table
        role="table"
        aria-label={label}
        aria-busy={!rows || undefined}
        className="w-full border-separate border-spacing-0 text-md max-md:block"
      >
        <thead role="rowgroup" className="max-md:sr-only">
          <tr role="row">
            {onSelect && (
              <th role="columnheader" scope="col" className={cx(headCell, 'w-9')}>
                <Checkbox
                  label="Choose all rows"
                  labelHidden
                  checked={keys.length > 0 && keys.every((key) => selected?.has(key))}
                  indeterminate={keys.some((key) => selected?.has(key)) && !keys.every((key) => selected?.has(key))}
                  onChange={({ target }) => onSelect(new Set(target.checked ? keys : []))}
                />
              </th>
            )}
            {columns.map((column, at) => (
              <HeadCell
                key={column.key}
                column={column}
                afterNumber={columns[at - 1]?.align === 'end'}
                sort={sort}
                onSort={onSort}
              />
            ))}
            {actions && (
              <th role="columnheader" scope="col" className={cx(headCell, 'w-10')}>
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup" className="max-md:block">
          {!rows && (
            <SkeletonRows
              columns={columns}
              count={expectedRows}
              before={onSelect !== undefined}
              after={actions !== undefined}
            />
          )}
          {rows?.map((row, index) => {
            const key = keys[index]!
            const chosen = selected?.has(key) ?? false
            const group = groupOf?.(row)
            const isNewGroup = group !== undefined && (index === 0 || groupOf!(rows[index - 1]!).key !== group.key)
            return (
              <Fragment key={key}>
                {isNewGroup && (
                  <GroupRow
                    heading={group.heading}
                    columnCount={columns.length + Number(onSelect !== undefined) + Number(actions !== undefined)}
                  />
                )}
                <tr
                  role="row"
                  tabIndex={-1}
                  data-row={key}
                  aria-selected={onSelect ? chosen : undefined}
                  aria-current={current === key || undefined}
                  className={cx(
                    'group/row outline-none max-md:relative max-md:flex max-md:flex-col max-md:border-b max-md:border-border max-md:py-2 max-md:last:border-b-0',
                    onSelect && 'max-md:pl-8',
                    'hover:bg-hover focus-visible:bg-hover focus-visible:shadow-[inset_2px_0_0_var(--focus)]',
                    (chosen || current === key) && 'bg-selected hover:bg-selected',
                  )}
                >
                  {onSelect && (
                    <td
                      role="cell"
                      className={cx(bodyCell, 'max-md:absolute max-md:top-2 max-md:left-0 max-md:border-0')}
                    >
                      <Checkbox
                        label={`Choose ${key}`}
                        labelHidden
                        checked={chosen}
                        onChange={() => onSelect(toggled(selected, key))}
                      />
                    </td>
                  )}
                  {columns.map((column, at) => (
                    <td
                      key={column.key}
                      role="cell"
                      data-label={column.primary ? undefined : column.header}
                      className={cx(
                        bodyCell,
                        column.align === 'end'
                          ? 'text-right tabular-nums max-md:text-left'
                          : columns[at - 1]?.align && afterNumberCell,
                        column.from && hiddenBelow[column.from],
                        'max-md:flex max-md:min-h-6 max-md:items-baseline max-md:gap-3 max-md:border-0 max-md:before:w-28 max-md:before:shrink-0 max-md:before:break-words max-md:before:text-sm max-md:before:text-muted max-md:data-label:before:content-[attr(data-label)]',
                        column.primary && 'font-medium max-md:order-first max-md:pb-1 max-md:before:hidden',
                        column.primary && actions && 'max-md:pr-12',
                      )}
                    >
                      <div className="min-w-0 max-md:flex-1">{column.cell(row)}</div>
                    </td>
                  ))}
                  {actions && (
                    <td
                      role="cell"
                      className={cx(
                        bodyCell,
                        'text-right max-md:absolute max-md:top-1.5 max-md:right-0 max-md:border-0',
                      )}
                    >
                      <Menu
                        open={menuOf === key}
                        onOpenChange={(open) => setMenuOf(open ? key : undefined)}
                        items={menuOf === key ? actions(row) : []}
                        trigger={<IconButton icon={Ellipsis} size="sm" label="Row actions" />}
                      />
                    </td>
                  )}
                </tr>
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface HeadCellProps<Row> {
  column: Column<Row>
  afterNumber: boolean
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}

function HeadCell<Row>({ column, afterNumber, sort, onSort }: HeadCellProps<Row>) {
  const { key, header, align, sortable, from, width } = column
  const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined
  const Arrow = direction === 'descending' ? ArrowDown : ArrowUp
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={sortable ? (direction ?? 'none') : undefined}
      style={width ? { width } : undefined}
      className={cx(
        headCell,
        align === 'end' ? 'text-right' : afterNumber && afterNumberCell,
        from && hiddenBelow[from],
      )}
    >
      {sortable && onSort ? (
        <button
          type="button"
          onClick={() => onSort(direction === 'ascending' ? `-${key}` : key)}
          className={cx(
            'group/sort inline-flex items-center gap-1 rounded-sm hover:text-text',
            direction && 'text-text',
            // The word ends where its numbers end.
            align === 'end' && 'flex-row-reverse',
          )}
        >
          {header}
          <Arrow
            size={12}
            aria-hidden="true"
            className={cx(!direction && 'opacity-0 group-hover/sort:opacity-60 group-focus-visible/sort:opacity-60')}
          />
        </button>
      ) : (
        header
      )}
    </th>
  )
}

const GroupRow = ({ heading, columnCount }: { heading: ReactNode; columnCount: number }) => (
  <tr role="row" className="max-md:block">
    <th
      role="rowheader"
      scope="rowgroup"
      colSpan={columnCount}
      className="h-8 border-b border-border bg-canvas px-3 text-left font-normal max-md:block max-md:pt-1.5"
    >
      {heading}
    </th>
  </tr>
)

const widths = ['w-3/5', 'w-4/5', 'w-2/5', 'w-1/2', 'w-2/3']

const SkeletonRows = <Row,>({
  columns,
  count,
  before,
  after,
}: {
  columns: Column<Row>[]
  count: number
  before: boolean
  after: boolean
}) =>
  Array.from({ length: count }, (_, row) => (
    // Placeholders have no identity.
    // oxlint-disable-next-line react/no-array-index-key
    <tr key={row} role="row" className="max-md:block max-md:py-2">
      {before && <td role="cell" className={cx(bodyCell, 'max-md:hidden')} />}
      {columns.map(({ key, from }, column) => (
        <td
          key={key}
          role="cell"
          className={cx(
            bodyCell,
            from && hiddenBelow[from],
            column > 2 ? 'max-md:hidden' : 'max-md:block max-md:border-0',
          )}
        >
          <Skeleton className={cx('h-3', widths[(row + column * 2) % widths.length])} />
        </td>
      ))}
      {after && <td role="cell" className={cx(bodyCell, 'max-md:hidden')} />}
    </tr>
  ))

const headCell =
  'sticky top-0 z-10 h-8 border-b border-border bg-surface px-2 text-left text-sm font-medium whitespace-nowrap text-muted first:pl-3 last:pr-3'
const bodyCell =
  'h-(--row) border-b border-border px-2 py-0.5 first:pl-3 last:pr-3 max-md:h-auto max-md:px-3 in-[tr:last-child]:border-b-0'
/** Text that begins where a number has just ended. */
const afterNumberCell = 'md:!pl-6'
const hiddenBelow = { lg: 'max-lg:hidden max-md:hidden', xl: 'max-xl:hidden' }

function toggled(selected: ReadonlySet<string> | undefined, key: string): ReadonlySet<string> {
  const next = new Set(selected)
  if (!next.delete(key)) next.add(key)
  return next
}

interface RowKeys<Row> {
  body: { readonly current: HTMLTableSectionElement | null }
  rows: readonly Row[]
  keys: string[]
  onOpen: ((row: Row) => void) | undefined
  current: string | undefined
  openMenu: ((key: string) => void) | undefined
  selected: ReadonlySet<string> | undefined
  onSelect: ((selected: ReadonlySet<string>) => void) | undefined
}

/** `j` and `k` move the focus from row to row; what acts on a row acts on the one that has it. */
function useRowKeys<Row>({ body, rows, keys, onOpen, current, openMenu, selected, onSelect }: RowKeys<Row>): void {
  const focused = (): number =>
    keys.indexOf(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? '')
  const focus = (index: number): void =>
    body.current?.querySelectorAll<HTMLElement>('[data-row]')[Math.min(Math.max(index, 0), keys.length - 1)]?.focus()
  const onFocused = (act: (key: string, row: Row) => void) => () => {
    const index = focused()
    if (index !== -1) act(keys[index]!, rows[index]!)
  }
  useShortcuts([
    { keys: 'j', label: 'Next row', group: 'List', run: () => focus(focused() + 1) },
    { keys: 'k', label: 'Previous row', group: 'List', run: () => focus(focused() - 1) },
    ...(onOpen
      ? [{ keys: 'Enter', label: 'Open the row', group: 'List' as const, run: onFocused((_key, row) => onOpen(row)) }]
      : []),
    ...(onSelect
      ? [
          {
            keys: 'x',
            label: 'Choose the row',
            group: 'List' as const,
            run: onFocused((key) => onSelect(toggled(selected, key))),
          },
        ]
      : []),
    ...(openMenu
      ? [{ keys: '.', label: 'Actions of the row', group: 'List' as const, run: onFocused((key) => openMenu(key)) }]
      : []),
  ])
  useEffect(() => {
    if (current)
      body.current?.querySelector(`[data-row="${CSS.escape(current)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [body, current])
}

import { Maximize2, Minimize2, Move, Pencil, Trash2, Copy as CopyIcon, Ellipsis, ChartSpline } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { IconButton } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { Menu, type MenuItem } from '#console/ui/Menu.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import { panelTypes } from './choices.ts'
import { byKey, columns, type Rect } from './layout.ts'
import type { Panel } from './queries.ts'

export const rowPx = 32
export const gapPx = 8
const headPx = 32
const paddingPx = 10

/** What can be done to a panel while the board is edited. */
export interface PanelEditing {
  isSelected: boolean
  /** One step by a key. */
  onPlace: (to: Rect) => void
  /** A pointer takes hold of it, and then moves it or its corner. */
  onGrab: () => void
  onDrag: (to: Rect) => void
  onEdit: () => void
  onDuplicate: () => void
  onDelete: () => void
}

interface PanelFrameProps {
  panel: Panel
  order: number
  editing: PanelEditing | undefined
  /** Fills the page. */
  isFull: boolean
  onFull: () => void
  explore: string | undefined
  watch: (element: HTMLElement) => () => void
  children: (heightPx: number) => ReactNode
}

const isPlain = ({ type, title }: Panel): boolean => type === 'text' && title === ''

export const heightOf = ({ h }: Pick<Panel, 'h'>): number => h * rowPx + (h - 1) * gapPx

/** A panel on the grid: its title, what can be done with it, and its body. */
export function PanelFrame(props: PanelFrameProps) {
  const { panel, order, editing, isFull, watch, children } = props
  const frame = useRef<HTMLElement>(null)
  const drag = useDrag(panel, frame, editing)
  useEffect(() => (frame.current ? watch(frame.current) : undefined), [watch])
  const plain = isPlain(panel) && !editing
  const height = isFull ? Math.max(320, innerHeight - 180) : heightOf(panel)
  const inside = plain ? height : height - headPx - paddingPx
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = editing && event.target === event.currentTarget ? byKey(panel, event.key, event.shiftKey) : undefined
    if (!to) return
    event.preventDefault()
    editing?.onPlace(to)
  }
  return (
    // The arrow keys of the layout belong to the panel as a whole.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={frame}
      role="group"
      data-panel={panel.id}
      tabIndex={plain ? undefined : 0}
      aria-label={panel.title || panelTypes[panel.type]}
      aria-describedby={editing ? 'layout-keys' : undefined}
      onKeyDown={onKeyDown}
      style={{
        order,
        height: isFull ? undefined : height,
        gridColumn: isFull ? '1 / -1' : `${panel.x + 1} / span ${panel.w}`,
        gridRow: isFull ? undefined : `${panel.y + 1} / span ${panel.h}`,
      }}
      className={cx(
        'relative flex min-w-0 flex-col scroll-mt-4',
        !plain && 'rounded-lg border bg-surface',
        !plain && (editing?.isSelected ? 'border-accent' : 'border-border'),
        plain && 'justify-center max-md:!h-auto',
      )}
    >
      {!plain && <PanelHead {...props} grip={drag.move} />}
      <div className={cx('min-h-0 flex-1', !plain && 'px-3 pb-2.5')} style={{ height: inside }}>
        {children(inside)}
      </div>
      {editing && (
        <span
          aria-hidden="true"
          {...drag.resize}
          className="absolute right-0 bottom-0 size-5 cursor-nwse-resize touch-none rounded-br-lg border-r-2 border-b-2 border-strong max-md:hidden"
        />
      )}
    </section>
  )
}

function PanelHead({ panel, editing, isFull, onFull, explore, grip }: PanelFrameProps & { grip: object }) {
  const { title, description } = panel
  const heading = (
    <h2 tabIndex={description ? 0 : undefined} className="min-w-0 truncate text-sm font-medium text-muted">
      {title || (editing ? panelTypes[panel.type] : '')}
    </h2>
  )
  const items: MenuItem[] = [
    {
      label: isFull ? 'Back to the dashboard' : 'Full page',
      icon: isFull ? Minimize2 : Maximize2,
      keys: 'v',
      onSelect: onFull,
    },
    ...(explore ? [{ label: 'Explore the query', icon: ChartSpline, to: explore }] : []),
  ]
  return (
    <div className="flex h-8 shrink-0 items-center gap-1 pr-1 pl-3">
      {editing && (
        <span {...grip} className="-ml-1.5 flex h-8 cursor-grab touch-none items-center px-1 text-faint max-md:hidden">
          <Move size={13} aria-hidden="true" />
        </span>
      )}
      <span className="flex min-w-0 flex-1">
        {description ? <Tooltip text={description}>{heading}</Tooltip> : heading}
      </span>
      {editing ? (
        <>
          <IconButton icon={Pencil} size="sm" label={`Edit ${nameOf(panel)}`} onClick={editing.onEdit} />
          <IconButton icon={CopyIcon} size="sm" label={`Duplicate ${nameOf(panel)}`} onClick={editing.onDuplicate} />
          <IconButton icon={Trash2} size="sm" label={`Delete ${nameOf(panel)}`} onClick={editing.onDelete} />
        </>
      ) : (
        <Menu items={items} trigger={<IconButton icon={Ellipsis} size="sm" label={`Actions of ${nameOf(panel)}`} />} />
      )}
    </div>
  )
}

const nameOf = ({ title, type }: Panel): string => title || panelTypes[type]

interface Grabbed {
  x: number
  y: number
  rect: Rect
  columnPx: number
}

/** Moves and resizes by whole cells while the pointer is down. */
function useDrag(panel: Panel, frame: { readonly current: HTMLElement | null }, editing: PanelEditing | undefined) {
  const grabbed = useRef<Grabbed>(undefined)
  const grab = (event: PointerEvent<HTMLElement>): void => {
    const grid = frame.current?.parentElement
    if (!grid || !editing || event.button !== 0) return
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    const { x, y, w, h } = panel
    grabbed.current = {
      x: event.clientX,
      y: event.clientY,
      rect: { x, y, w, h },
      columnPx: (grid.clientWidth + gapPx) / columns,
    }
    editing.onGrab()
  }
  const follow =
    (place: (rect: Rect, dx: number, dy: number) => Rect) =>
    (event: PointerEvent<HTMLElement>): void => {
      const from = grabbed.current
      if (!from) return
      const dx = Math.round((event.clientX - from.x) / from.columnPx)
      const dy = Math.round((event.clientY - from.y) / (rowPx + gapPx))
      editing?.onDrag(place(from.rect, dx, dy))
    }
  const release = (): void => {
    grabbed.current = undefined
  }
  const handlers = (place: (rect: Rect, dx: number, dy: number) => Rect) => ({
    onPointerDown: grab,
    onPointerMove: follow(place),
    onPointerUp: release,
    onPointerCancel: release,
  })
  return {
    move: handlers((rect, dx, dy) => ({ ...rect, x: rect.x + dx, y: rect.y + dy })),
    resize: handlers((rect, dx, dy) => ({ ...rect, w: rect.w + dx, h: rect.h + dy })),
  }
}

import { ChevronDown, ChevronUp, ExternalLink, Maximize2, Minimize2, X } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { useShortcuts } from '../keyboard.ts'
import { oneOf, text, useSearch } from '../search.ts'
import { ButtonLink, IconButton } from './Button.tsx'
import { cx } from './cx.ts'

export interface Peek {
  /** Id of the row that is open; undefined when none is. */
  id: string | undefined
  open: (id: string) => void
  close: () => void
  /** One row up (-1) or down (1) the list; undefined where there is none. */
  step: (by: -1 | 1) => (() => void) | undefined
}

const widthKey = 'miktos.peek-width'
const widthMinPx = 320
const searchParams = { peek: text(), peekView: oneOf(['side', 'expanded'], 'side') }

/** The row that is open beside its list, as `?peek=<id>`; `ids` are the rows in the order shown. */
export function usePeek(ids: readonly string[]): Peek {
  const [{ peek }, setSearch] = useSearch(searchParams)
  const at = ids.indexOf(peek)
  return {
    id: peek || undefined,
    open: (id) => setSearch({ peek: id }, { replace: peek !== '' }),
    close: () => setSearch({ peek: '', peekView: 'side' }),
    step: (by) => {
      const next = at === -1 ? undefined : ids[at + by]
      return next === undefined ? undefined : () => setSearch({ peek: next }, { replace: true })
    },
  }
}

interface PeekPanelProps {
  peek: Peek
  title: ReactNode
  /** The full page, if there is one. */
  to?: string
  children: ReactNode
}

/** The open row's details, right of the list; the list stays usable. Renders nothing while no row is open. */
export const PeekPanel = (props: PeekPanelProps) => (props.peek.id === undefined ? null : <OpenPanel {...props} />)

function OpenPanel({ peek, title, to, children }: PeekPanelProps) {
  const [{ peekView }, setSearch] = useSearch(searchParams)
  const panel = useRef<HTMLElement>(null)
  const previous = peek.step(-1)
  const next = peek.step(1)
  const expanded = peekView === 'expanded'
  useFocusReturn(panel)
  useShortcuts([
    { keys: 'Escape', label: 'Close the panel', group: 'List', run: peek.close },
    { keys: 'j', label: 'Next row', group: 'List', run: () => next?.() },
    { keys: 'k', label: 'Previous row', group: 'List', run: () => previous?.() },
  ])
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label="Details"
      style={{ width: expanded ? undefined : storedWidth() }}
      className={cx(
        'fixed top-11 right-0 bottom-0 z-30 flex max-w-full animate-right flex-col border-l border-border bg-surface shadow-float outline-none max-md:top-0 max-md:!w-full',
        expanded && 'left-0 md:left-12 xl:left-52',
      )}
    >
      {!expanded && <ResizeHandle panel={panel} />}
      <div className="flex min-h-11 items-center gap-1 border-b border-border py-1 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</h2>
        <IconButton
          icon={ChevronUp}
          label="Previous row (k)"
          disabledReason={previous ? undefined : 'This is the first'}
          onClick={previous}
        />
        <IconButton
          icon={ChevronDown}
          label="Next row (j)"
          disabledReason={next ? undefined : 'This is the last'}
          onClick={next}
        />
        <IconButton
          icon={expanded ? Minimize2 : Maximize2}
          label={expanded ? 'Beside the list' : 'Full width'}
          className="max-md:hidden"
          onClick={() => setSearch({ peekView: expanded ? 'side' : 'expanded' }, { replace: true })}
        />
        {to && (
          <ButtonLink to={to} variant="ghost" icon={ExternalLink}>
            Open
          </ButtonLink>
        )}
        <IconButton icon={X} label="Close (Esc)" onClick={peek.close} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
    </aside>
  )
}

/** The panel takes the focus when it opens and gives it back when it closes. */
function useFocusReturn(panel: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement
    panel.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [panel])
}

const storedWidth = (): number => Math.max(widthMinPx, Number(localStorage.getItem(widthKey)) || 480)

function ResizeHandle({ panel }: { panel: { readonly current: HTMLElement | null } }) {
  const resize = (widthPx: number): void => {
    const width = Math.round(Math.min(Math.max(widthPx, widthMinPx), innerWidth - 240))
    panel.current?.style.setProperty('width', `${width}px`)
    localStorage.setItem(widthKey, String(width))
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow={storedWidth()}
      aria-valuemin={widthMinPx}
      aria-valuemax={innerWidth}
      tabIndex={0}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') resize(storedWidth() + 32)
        if (key === 'ArrowRight') resize(storedWidth() - 32)
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => event.buttons === 1 && resize(innerWidth - event.clientX)}
      className="absolute inset-y-0 -left-1 w-2 cursor-col-resize touch-none hover:bg-accent/40 max-md:hidden"
    />
  )
}

import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import { Edge, edgePx } from './Edge.tsx'
import { GapRow } from './GapRow.tsx'
import { LineRow } from './LineRow.tsx'
import { isGap } from './lines.ts'
import { clickedRow, type ListProps } from './listProps.ts'
import { useLinesState } from './useLines.ts'
import { useListScroll } from './useListScroll.ts'

const rowPx = 20
/** Rows drawn above and below what is seen. */
const overscan = 6

/**
 * Lines of one height each: only those in sight are drawn, and as time goes on the same elements show other lines,
 * so that following costs the same whatever comes in.
 */
export function FixedList({ shown, handle, selected, anchor, onSelect, ...look }: ListProps) {
  const { drawn, hasOlder, hasNewer, loadOlder, loadNewer, loadGap, isLive } = shown
  const { length, isFollowing, headMoved } = useLinesState(drawn)
  const scroller = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [rowsInSight, setRowsInSight] = useState(40)
  const shownHead = useRef(headMoved)
  const scrolled = useListScroll(shown)

  const first = isFollowing
    ? Math.max(0, length - rowsInSight - overscan)
    : Math.min(Math.max(0, Math.floor((top - edgePx) / rowPx) - overscan), Math.max(0, length - 1))
  const count = Math.min(length - first, rowsInSight + 2 * overscan)

  useLayoutEffect(() => {
    const element = scroller.current!
    const moved = headMoved - shownHead.current
    shownHead.current = headMoved
    if (isFollowing) element.scrollTop = element.scrollHeight
    else if (moved !== 0) element.scrollTop += moved * rowPx
  })

  useEffect(() => {
    const element = scroller.current!
    const observer = new ResizeObserver(() => setRowsInSight(Math.ceil(element.clientHeight / rowPx) + 1))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useImperativeHandle(handle, () => ({
    show: (index) => {
      const element = scroller.current!
      const y = edgePx + index * rowPx
      const isInSight = y >= element.scrollTop && y + rowPx <= element.scrollTop + element.clientHeight
      if (!isInSight) element.scrollTop = y - element.clientHeight / 2
    },
    toEnd: () => {
      scroller.current!.scrollTop = scroller.current!.scrollHeight
    },
    focus: () => scroller.current?.focus(),
  }))

  return (
    // Keys are the page's: j, k, Enter.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label="Lines"
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        scrolled(currentTarget)
        setTop(currentTarget.scrollTop)
      }}
      onClick={({ target }) => {
        const id = clickedRow(target)
        if (id) onSelect(id)
      }}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto font-mono text-sm [contain:strict] [font-variant-ligatures:none] [overflow-anchor:none]"
    >
      <div style={{ height: (isFollowing ? 1 : 2) * edgePx + length * rowPx }}>
        <Edge label="Load older lines" end="Beginning of the range" onLoad={hasOlder ? loadOlder : undefined} />
        <div style={{ transform: `translateY(${first * rowPx}px)` }}>
          {Array.from({ length: count }, (_none, offset) => {
            const index = first + offset
            const item = drawn.at(index)
            if (!item) return null
            // An element is kept for every place in sight, not for every line.
            const key = index % (rowsInSight + 2 * overscan)
            if (isGap(item)) return <GapRow key={key} gap={item} onLoad={loadGap} />
            return (
              <LineRow
                key={key}
                row={item}
                isWrapped={false}
                isSelected={item.id === selected}
                isAnchor={item.id === anchor}
                {...look}
              />
            )
          })}
        </div>
        {!isFollowing && (
          <div style={{ transform: `translateY(${(length - count) * rowPx}px)` }}>
            <Edge
              label="Load newer lines"
              end={isLive ? '' : 'End of the range'}
              onLoad={hasNewer ? loadNewer : undefined}
            />
          </div>
        )}
      </div>
    </div>
  )
}

import { useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { Edge, edgePx } from './Edge.tsx'
import { GapRow } from './GapRow.tsx'
import { LineRow } from './LineRow.tsx'
import { isGap, type Gap } from './lines.ts'
import { clickedRow, type ListProps } from './listProps.ts'
import type { ShownRow } from './repeats.ts'
import { useLinesState } from './useLines.ts'
import { useListScroll } from './useListScroll.ts'

/** Lines that take as many rows as they need. Its own chunk, because most look at lines of one height. */
export default function WrappedList({ shown, handle, selected, anchor, onSelect, ...look }: ListProps) {
  const { drawn, hasOlder, hasNewer, loadOlder, loadNewer, loadGap } = shown
  const { isFollowing, headMoved } = useLinesState(drawn)
  const items = drawn.all()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const scrolled = useListScroll(shown)
  const [head, setHead] = useState(headMoved)
  const isPrepended = headMoved > head
  if (head !== headMoved) setHead(headMoved)

  useLayoutEffect(() => {
    if (isFollowing) list.current?.scrollToIndex(items.length - 1, { align: 'end' })
  })

  useImperativeHandle(handle, () => ({
    show: (index) => list.current?.scrollToIndex(index, { align: 'center' }),
    toEnd: () => list.current?.scrollToIndex(items.length - 1, { align: 'end' }),
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
      onScroll={({ currentTarget }) => scrolled(currentTarget)}
      onClick={({ target }) => {
        const id = clickedRow(target)
        if (id) onSelect(id)
      }}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto font-mono text-sm [contain:strict] [font-variant-ligatures:none] [overflow-anchor:none]"
    >
      <Edge label="Load older lines" end="Beginning of the range" onLoad={hasOlder ? loadOlder : undefined} />
      <Virtualizer ref={list} data={items} scrollRef={scroller} startMargin={edgePx} itemSize={20} shift={isPrepended}>
        {(item: ShownRow | Gap, index) =>
          isGap(item) ? (
            <GapRow key={`gap ${index}`} gap={item} onLoad={loadGap} />
          ) : (
            <LineRow
              key={item.id}
              row={item}
              isWrapped
              isSelected={item.id === selected}
              isAnchor={item.id === anchor}
              {...look}
            />
          )
        }
      </Virtualizer>
      {hasNewer && <Edge label="Load newer lines" end="" onLoad={loadNewer} />}
    </div>
  )
}

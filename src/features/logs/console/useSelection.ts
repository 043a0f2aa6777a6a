import { useState, type RefObject } from 'react'
import { text, useSearch } from '#console/search.ts'
import type { Peek } from '#console/ui/PeekPanel.tsx'
import { isGap } from './lines.ts'
import type { ListHandle } from './listProps.ts'
import type { LogRow } from './queries.ts'
import { isFailure } from './severity.ts'
import type { ShownLines } from './useLines.ts'

export interface Selection {
  id: string | undefined
  /** Undefined where the line is not in the list. */
  row: () => LogRow | undefined
  /** To the next line or error, up or down; undefined where there is none. */
  step: (by: -1 | 1, errorsOnly?: boolean) => (() => void) | undefined
  /** The line whose details are open, as `?peek=`. */
  peek: Peek
}

/** The line one is at. Whoever looks at one line does not want it to run away: following pauses. */
export function useSelection(
  { lines, drawn, isLive }: ShownLines,
  anchor: string,
  list: RefObject<ListHandle | null>,
): Selection {
  const [{ peek }, setSearch] = useSearch({ peek: text() })
  const [selected, setSelected] = useState<string>()
  const id = peek || selected || anchor || undefined
  const go = (to: string): void => {
    setSelected(to)
    if (isLive) lines.setFollowing(false)
    if (peek) setSearch({ peek: to }, { replace: true })
    list.current?.show(drawn.indexOf(to))
  }
  const step: Selection['step'] = (by, errorsOnly = false) => {
    const { length } = drawn.state()
    const index = id === undefined ? -1 : drawn.indexOf(id)
    const from = index === -1 ? length - 1 : index + by
    for (let at = from; at >= 0 && at < length; at += by) {
      const item = drawn.at(at)
      if (item && !isGap(item) && (!errorsOnly || isFailure(item.severity))) return () => go(item.id)
    }
    return undefined
  }
  return {
    id,
    row: () => {
      const index = id === undefined ? -1 : lines.indexOf(id)
      const item = index === -1 ? undefined : lines.at(index)
      return item && !isGap(item) ? item : undefined
    },
    step,
    peek: {
      id: peek || undefined,
      open: (to) => {
        setSelected(to)
        if (isLive) lines.setFollowing(false)
        setSearch({ peek: to }, { replace: peek !== '' })
      },
      close: () => setSearch({ peek: '' }),
      step,
    },
  }
}

import type { Ref } from 'react'
import type { LineLook } from './LineRow.tsx'
import type { ShownLines } from './useLines.ts'

/** How the page moves a list. */
export interface ListHandle {
  /** Puts it into the middle unless it is in sight. */
  show: (index: number) => void
  toEnd: () => void
  focus: () => void
}

export interface ListProps extends Omit<LineLook, 'isWrapped'> {
  shown: ShownLines
  handle: Ref<ListHandle>
  selected: string | undefined
  anchor: string | undefined
  onSelect: (id: string) => void
}

/** The line that was clicked; undefined where the click selected text, or met a button. */
export function clickedRow(target: EventTarget | null): string | undefined {
  if (!(target instanceof HTMLElement) || target.closest('button') || !getSelection()?.isCollapsed) return undefined
  return target.closest<HTMLElement>('[data-row]')?.dataset['row']
}

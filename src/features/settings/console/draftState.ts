import { useSyncExternalStore } from 'react'
import type { Draft } from './draft.ts'

/** Outside of the page, so that what is typed in one section is still there after a look at another. */
let draft: Draft = {}
const watchers = new Set<() => void>()

export const useDraft = (): Draft =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => draft,
  )

export function setDraft(change: (draft: Draft) => Draft): void {
  draft = change(draft)
  for (const watcher of watchers) watcher()
}

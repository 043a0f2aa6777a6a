import { useRef } from 'react'
import { toastError } from '#console/ui/Toaster.tsx'
import type { ShownLines } from './useLines.ts'

/** The list stands at its end when it is nearer to it than this. */
const endWithinPx = 24
/** So near to its beginning it asks for what stands before it. */
const beginWithinPx = 200

/** What scrolling means: away from the end pauses, back to it follows, near the beginning older lines are fetched. */
export function useListScroll({ lines, isLive, hasOlder, loadOlder }: ShownLines): (list: HTMLElement) => void {
  const isLoading = useRef(false)
  return ({ scrollTop, scrollHeight, clientHeight }) => {
    const isAtEnd = scrollHeight - scrollTop - clientHeight < endWithinPx
    if (isLive && isAtEnd !== lines.state().isFollowing) lines.setFollowing(isAtEnd)
    if (scrollTop >= beginWithinPx || !hasOlder || isLoading.current || isAtEnd) return
    isLoading.current = true
    loadOlder()
      .catch(toastError)
      .finally(() => (isLoading.current = false))
  }
}

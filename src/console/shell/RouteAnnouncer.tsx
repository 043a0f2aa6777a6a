import { useMatches, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

/** Says where one has arrived: in the title of the window, aloud, and by moving the focus to the heading. */
export function RouteAnnouncer() {
  const router = useRouter()
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title })
  const [said, setSaid] = useState('')

  useEffect(() => {
    document.title = title ? `${title} · Miktos` : 'Miktos'
  }, [title])

  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return
        setSaid(document.title)
        focusHeading()
      }),
    [router],
  )

  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  )
}

/** Not where the page keeps the focus itself: in a dialog, or on a tab that is still there. */
function focusHeading(): void {
  const focused = document.activeElement
  if (focused?.closest('[role="dialog"], #main')) return
  document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true })
}

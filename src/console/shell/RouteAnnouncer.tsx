import { useMatches, useRouterState } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useBadge } from '../badges.ts'
import { useShownName } from '../pageName.ts'
import { pb } from '../paths.ts'

/** Says where one has arrived: in the title of the window, aloud, and by moving the focus to the heading. */
export function RouteAnnouncer() {
  const data = useMatches({ select: (matches) => matches.at(-1)?.staticData })
  const name = useShownName()
  const isPanel = data?.title !== data?.page?.title
  const title = isPanel ? data?.title : (name ?? data?.title)
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname })
  const lastPath = useRef(path)
  const [said, setSaid] = useState('')

  const firing = useBadge(pb.alerts())
  const whole = title ? `${title} · Miktos` : 'Miktos'

  useEffect(() => {
    document.title = firing > 0 ? `(${firing}) ${whole}` : whole
  }, [whole, firing])

  const say = useEffectEvent(() => setSaid(whole))
  useEffect(() => {
    const arrivedFrom = lastPath.current
    lastPath.current = path
    if (arrivedFrom === undefined || arrivedFrom === path) return
    say()
    focusHeading()
  }, [path])

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

import { useEffect, useState, type RefObject } from 'react'

/** Narrower windows have no room beside the panel. */
const roomFrom = '(min-width: 1024px)'

/** Px that the open details take of the page, so that lines stand beside them and not below. */
export function usePanelWidth(holder: RefObject<HTMLElement | null>, isOpen: boolean): number {
  const [widthPx, setWidthPx] = useState(0)
  useEffect(() => {
    const panel = isOpen ? holder.current?.firstElementChild : undefined
    if (!(panel instanceof HTMLElement)) return undefined
    const observer = new ResizeObserver(() => setWidthPx(matchMedia(roomFrom).matches ? panel.offsetWidth : 0))
    observer.observe(panel)
    return () => observer.disconnect()
  }, [holder, isOpen])
  return isOpen ? widthPx : 0
}

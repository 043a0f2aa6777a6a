import { useCallback, useRef, useState } from 'react'

/** Panels are asked for a little before they are scrolled to. */
const marginPx = 120

export interface Visible {
  ids: ReadonlySet<string>
  /** As the `ref` of each element that has `data-panel`. */
  watch: (element: HTMLElement) => () => void
}

/** Which panels are on the screen now. */
export function useVisible(): Visible {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const observer = useRef<IntersectionObserver>(undefined)
  const watch = useCallback((element: HTMLElement) => {
    observer.current ??= new IntersectionObserver(
      (entries) =>
        setIds((before) => {
          const next = new Set(before)
          for (const { target, isIntersecting } of entries) {
            const id = (target as HTMLElement).dataset['panel']!
            if (isIntersecting) next.add(id)
            else next.delete(id)
          }
          return next
        }),
      { rootMargin: `${marginPx}px` },
    )
    observer.current.observe(element)
    const { panel } = element.dataset
    return () => {
      observer.current?.unobserve(element)
      setIds((before) => (panel !== undefined && before.has(panel) ? without(before, panel) : before))
    }
  }, [])
  return { ids, watch }
}

const without = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set([...ids].filter((other) => other !== id))

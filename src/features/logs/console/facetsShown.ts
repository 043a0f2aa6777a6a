import { useState } from 'react'

const storageKey = 'miktos.logs-facets'

/** Whether the column is open; the browser remembers. On a phone it is closed until somebody opens it. */
export function useFacetsShown(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useState(() => {
    const stored = localStorage.getItem(storageKey)
    return stored === null ? matchMedia('(min-width: 1024px)').matches : stored === '1'
  })
  const set = (next: boolean): void => {
    localStorage.setItem(storageKey, next ? '1' : '0')
    setShown(next)
  }
  return [shown, set]
}

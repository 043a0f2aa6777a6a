import { useState } from 'react'

const storageKey = 'miktos.logs-facets'

/**
 * Whether the column is open. The browser remembers, except on a phone, where it covers the lines and is closed until
 * somebody opens it.
 */
export function useFacetsShown(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useState(() => {
    if (isPhone()) return false
    const stored = localStorage.getItem(storageKey)
    return stored === null ? matchMedia('(min-width: 1024px)').matches : stored === '1'
  })
  const set = (next: boolean): void => {
    if (!isPhone()) localStorage.setItem(storageKey, next ? '1' : '0')
    setShown(next)
  }
  return [shown, set]
}

const isPhone = (): boolean => matchMedia('(max-width: 767px)').matches

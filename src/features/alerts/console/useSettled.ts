import { useEffect, useState } from 'react'

/** The text once it has stayed as it is for a moment. */
export function useSettled(text: string, settledMs: number): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settledMs)
    return () => clearTimeout(timer)
  }, [text, settledMs])
  return settled
}

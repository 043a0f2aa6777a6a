import { useState } from 'react'
import type { Board, Dashboard } from './queries.ts'

/** What was changed and is not saved, per tab: it survives a reload. */
const keyOf = (id: string): string => `miktos.dashboard-draft.${id}`

interface Kept {
  version: number
  board: Board
}

export interface Draft {
  board: Board
  /** The version that it began from. */
  version: number
  change: (board: Board) => void
  /** Begins anew from what is saved. */
  restart: (dashboard: Dashboard) => void
}

export function useDraft(dashboard: Dashboard): Draft {
  const [kept, setKept] = useState<Kept>(
    () => stored(dashboard) ?? { version: dashboard.version, board: dashboard.board },
  )
  return {
    ...kept,
    change: (board) => {
      const next = { version: kept.version, board }
      sessionStorage.setItem(keyOf(dashboard.id), JSON.stringify(next))
      setKept(next)
    },
    restart: ({ id, version, board }) => {
      forgetDraft(id)
      setKept({ version, board })
    },
  }
}

export const forgetDraft = (id: string): void => sessionStorage.removeItem(keyOf(id))

/** One that began from an older version than the one there is now leads to the question whose changes count. */
function stored({ id }: Dashboard): Kept | undefined {
  const text = sessionStorage.getItem(keyOf(id))
  return text === null ? undefined : (JSON.parse(text) as Kept)
}

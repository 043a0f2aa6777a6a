import { useMemo } from 'react'
import { absolute, endsNow, spanOf, type Span } from '#console/timeRange.ts'
import { refreshMs } from '#console/ui/RefreshPicker.tsx'
import { useAlertMarks } from '#console/useAlertMarks.ts'
import { useBoardSearch, type BoardSearch, type SetBoardSearch } from './address.ts'
import type { Board } from './queries.ts'
import { usePanels, type PanelData } from './usePanels.ts'
import { useTicks } from './useTicks.ts'
import { useVariables, type Variables } from './useVariables.ts'
import { useVisible, type Visible } from './useVisible.ts'
import type { Annotation } from '#console/ui/Chart.tsx'

/** A dashboard at work: its time, its variables, and what its visible panels show. */
export interface LiveBoard {
  board: Board
  search: BoardSearch
  setSearch: SetBoardSearch
  span: Span
  variables: Variables
  visible: Visible
  tick: number
  /** Ms between two looks; undefined while it stands still. */
  intervalMs: number | undefined
  dataOf: (id: string) => PanelData | undefined
  /** Restarts of this server, and alerts that fired. */
  annotations: Annotation[]
  isAsking: boolean
  refresh: () => void
  zoom: (fromMs: number, toMs: number) => void
}

export function useBoard(board: Board): LiveBoard {
  const [search, setSearch] = useBoardSearch(board)
  const isLive = endsNow(search)
  const intervalMs = isLive ? refreshMs(search.refresh) : undefined
  const { tick, goOn } = useTicks(intervalMs)
  const span = useMemo(
    () => spanOf({ from: search.from, to: search.to }, tick.nowMs),
    [search.from, search.to, tick.nowMs],
  )
  const variables = useVariables(board.variables)
  const visible = useVisible()
  const { restarts, ...panels } = usePanels({
    panels: board.panels,
    visible: visible.ids,
    span,
    tick,
    scope: variables.scope,
  })
  const alerts = useAlertMarks(span)
  const annotations = useMemo(() => [...restarts, ...alerts], [restarts, alerts])
  return {
    board,
    search,
    setSearch,
    span,
    variables,
    visible,
    tick: tick.count,
    intervalMs,
    ...panels,
    annotations,
    refresh: goOn,
    zoom: (fromMs, toMs) => setSearch(absolute({ fromMs, toMs })),
  }
}

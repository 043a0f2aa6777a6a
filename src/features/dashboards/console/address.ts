import { flag, oneOf, text, useSearch } from '#console/search.ts'
import { refreshSteps, type Refresh } from '#console/ui/RefreshPicker.tsx'
import type { Board } from './queries.ts'

const stepSeconds: Record<Refresh, number> = { '': 0, '5s': 5, '10s': 10, '30s': 30, '1m': 60, '5m': 300 }

/** The choice nearest to what the dashboard says. */
export const refreshOf = (seconds: number): Refresh =>
  seconds === 0 ? '' : (refreshSteps.findLast((step) => step !== '' && stepSeconds[step] <= seconds) ?? '5s')

/** What of a dashboard stands in the address, besides its variables. */
export const useBoardSearch = ({ from, refresh_seconds }: Board) =>
  useSearch({
    from: text(from),
    to: text('now'),
    refresh: oneOf(refreshSteps, refreshOf(refresh_seconds)),
    kiosk: flag(),
    /** The panel that fills the page. */
    view: text(),
    /** The panel whose editor is open. */
    panel: text(),
  })

export type BoardSearch = ReturnType<typeof useBoardSearch>[0]
export type SetBoardSearch = ReturnType<typeof useBoardSearch>[1]

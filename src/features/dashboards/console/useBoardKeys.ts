import { useNavigate } from '@tanstack/react-router'
import { useShortcuts } from '#console/keyboard.ts'
import { pb } from '#console/paths.ts'
import { timeRangeShortcuts } from '#console/timeRangeKeys.ts'
import type { LiveBoard } from './useBoard.ts'

/** The panel that has the focus, else the one under the pointer. */
export const panelAtHand = (): string | undefined => {
  const element =
    document.activeElement?.closest<HTMLElement>('[data-panel]') ??
    document.querySelector<HTMLElement>('[data-panel]:hover')
  return element?.dataset['panel']
}

/** Keys of a dashboard that is looked at. `editId` is there for those who may edit it. */
export function useBoardKeys({ search, setSearch, span, refresh }: LiveBoard, editId: string | undefined): void {
  const navigate = useNavigate()
  const edit = (): void => {
    const panel = panelAtHand()
    if (editId) void navigate({ to: pb.dashboardEdit(editId), search: panel ? { panel } : {} })
  }
  useShortcuts([
    { keys: 'd r', label: 'Look again', group: 'Page', run: refresh },
    { keys: 'd k', label: 'Kiosk on or off', group: 'Page', run: () => setSearch({ kiosk: !search.kiosk }) },
    {
      keys: 'v',
      label: 'Panel over the full page',
      group: 'Page',
      run: () => setSearch({ view: search.view ? '' : (panelAtHand() ?? '') }),
    },
    ...(editId ? [{ keys: 'e', label: 'Edit the panel, or the dashboard', group: 'Page' as const, run: edit }] : []),
    ...timeRangeShortcuts({ range: search, span, setRange: setSearch }),
    ...(search.view || search.kiosk
      ? [
          {
            keys: 'Escape',
            label: 'Back to the dashboard',
            group: 'Page' as const,
            run: () => setSearch(search.view ? { view: '' } : { kiosk: false }),
          },
        ]
      : []),
  ])
}

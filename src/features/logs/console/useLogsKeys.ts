import { useShortcuts } from '#console/keyboard.ts'
import { copyText } from '#console/ui/clipboard.ts'
import { toastDone } from '#console/ui/Toaster.tsx'
import type { LogsSearch, SetLogsSearch } from './address.ts'
import type { TimeRange } from '#console/timeRange.ts'
import { timeRangeShortcuts } from '#console/timeRangeKeys.ts'
import type { ShownLines } from './useLines.ts'
import type { Selection } from './useSelection.ts'

interface Page {
  search: LogsSearch
  setSearch: SetLogsSearch
  shown: ShownLines
  selection: Selection
  setRange: (range: TimeRange) => void
  toggleLive: () => void
  follow: () => void
  copyLink: () => void
}

/** What the keyboard does on this page. */
export function useLogsKeys({
  search,
  setSearch,
  shown,
  selection,
  setRange,
  toggleLive,
  follow,
  copyLink,
}: Page): void {
  const { lines, isLive, asked, reload } = shown
  const { id, row, step, peek } = selection
  const copyLine = (): void => {
    const line = row()?.line
    if (line !== undefined) void copyText(line).then(() => toastDone('Line copied'))
  }
  const pauseOrFollow = (): void => {
    if (!isLive) return
    if (lines.state().isFollowing) lines.setFollowing(false)
    else follow()
  }
  const leave = (): void => {
    if (peek.id !== undefined) peek.close()
    else if (search.context) setSearch({ context: false })
    else if (isLive) toggleLive()
  }
  useShortcuts([
    { keys: 'l', label: 'Live on or off', group: 'Page', run: toggleLive },
    { keys: 'Space', label: 'Pause or follow', group: 'Page', run: pauseOrFollow },
    { keys: 'w', label: 'Wrap lines', group: 'Page', run: () => setSearch({ wrap: !search.wrap }, { replace: true }) },
    {
      keys: 'u',
      label: 'Collapse repeats',
      group: 'Page',
      run: () => setSearch({ collapse: !search.collapse }, { replace: true }),
    },
    { keys: 'r', label: 'Search again', group: 'Page', run: reload },
    { keys: 'Escape', label: 'Leave the details, the surroundings, live', group: 'Page', run: leave },
    ...timeRangeShortcuts({ range: search, span: asked.span, setRange }),
    { keys: 'j', label: 'Next line', group: 'List', run: () => step(1)?.() },
    { keys: 'k', label: 'Previous line', group: 'List', run: () => step(-1)?.() },
    { keys: ']', label: 'Next error', group: 'List', run: () => step(1, true)?.() },
    { keys: '[', label: 'Previous error', group: 'List', run: () => step(-1, true)?.() },
    { keys: 'Enter', label: 'Details of the line', group: 'List', run: () => id && peek.open(id) },
    {
      keys: 'c',
      label: 'Lines around this one',
      group: 'List',
      run: () => id && setSearch({ at: id, context: true }),
    },
    { keys: 'y', label: 'Copy a link to the line', group: 'List', run: copyLink },
    { keys: 'Y', label: 'Copy the line', group: 'List', run: copyLine },
    { keys: 'G', label: 'To the end', group: 'List', run: follow },
  ])
}

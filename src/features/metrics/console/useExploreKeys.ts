import { useShortcuts } from '#console/keyboard.ts'
import { copyLink } from '#console/shortLinks.ts'
import type { Span, TimeRange } from '#console/timeRange.ts'
import { timeRangeShortcuts } from '#console/timeRangeKeys.ts'
import { toastError } from '#console/ui/Toaster.tsx'
import { linkTo } from './commands.ts'
import type { Found } from './useResults.ts'

interface Page {
  range: TimeRange
  span: Span
  found: Found | undefined
  onRun: () => void
  onRange: (range: TimeRange) => void
}

/** What the keyboard does on this page. */
export function useExploreKeys({ range, span, found, onRun, onRange }: Page): void {
  useShortcuts([
    { keys: '$mod+Enter', label: 'Run the queries', group: 'Page', run: onRun },
    { keys: 'r', label: 'Run the queries', group: 'Page', run: onRun },
    ...timeRangeShortcuts({ range, span, setRange: onRange }),
    {
      keys: 'y',
      label: 'Copy a link',
      group: 'Page',
      run: () => found && void copyLink(linkTo(found)).catch(toastError),
    },
  ])
}

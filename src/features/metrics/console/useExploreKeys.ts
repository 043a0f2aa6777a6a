import { useShortcuts } from '#console/keyboard.ts'
import { copyLink } from '#console/shortLinks.ts'
import { absolute, shifted, zoomedOut, type Span, type TimeRange } from '#console/timeRange.ts'
import { toastError } from '#console/ui/Toaster.tsx'
import { linkTo } from './commands.ts'
import type { Found } from './useResults.ts'

interface Page {
  span: Span
  found: Found | undefined
  onRun: () => void
  onRange: (range: TimeRange) => void
}

/** What the keyboard does on this page. */
export function useExploreKeys({ span, found, onRun, onRange }: Page): void {
  useShortcuts([
    { keys: '$mod+Enter', label: 'Run the queries', group: 'Page', run: onRun },
    { keys: 'r', label: 'Run the queries', group: 'Page', run: onRun },
    { keys: 't z', label: 'Zoom out', group: 'Page', run: () => onRange(absolute(zoomedOut(span, Date.now()))) },
    {
      keys: 't ArrowLeft',
      label: 'Earlier',
      group: 'Page',
      run: () => onRange(absolute(shifted(span, -1, Date.now()))),
    },
    {
      keys: 't ArrowRight',
      label: 'Later',
      group: 'Page',
      run: () => onRange(absolute(shifted(span, 1, Date.now()))),
    },
    { keys: 't a', label: 'Make the time absolute', group: 'Page', run: () => onRange(absolute(span)) },
    {
      keys: 'y',
      label: 'Copy a link',
      group: 'Page',
      run: () => found && void copyLink(linkTo(found)).catch(toastError),
    },
  ])
}

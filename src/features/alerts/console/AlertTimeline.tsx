import { ExactTime, TimeAgo } from '#console/ui/Time.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import type { AlertDetail } from './queries.ts'
import { severityLevel } from './words.ts'

type Entry = AlertDetail['timeline'][number]

const words: Record<string, string> = {
  pending: 'Pending',
  firing: 'Firing',
  notified: 'Notified',
  escalated: 'Escalated',
  silenced: 'Silenced',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  note: 'Note',
}

function levelOf({ what, detail }: Entry, severity: AlertDetail['severity']): StatusLevel {
  if (what === 'firing') return severityLevel[severity]
  if (what === 'resolved') return 'ok'
  if (what === 'notified' || what === 'escalated') return detail.includes(': not told') ? 'error' : 'info'
  return what === 'acknowledged' ? 'info' : 'unknown'
}

/** What became of an alert, in the order of time. */
export const AlertTimeline = ({ alert: { timeline, severity } }: { alert: AlertDetail }) => (
  <ol className="flex flex-col">
    {timeline.map((entry) => (
      <li
        key={entry.id}
        className="grid grid-cols-[116px_minmax(0,1fr)_auto] items-baseline gap-x-3 gap-y-0.5 border-b border-border py-1.5 last:border-b-0 max-sm:grid-cols-[minmax(0,1fr)_auto]"
      >
        <Status level={levelOf(entry, severity)}>{words[entry.what] ?? entry.what}</Status>
        <span className="min-w-0 break-words whitespace-pre-wrap max-sm:order-last max-sm:col-span-full" dir="auto">
          {entry.detail}
          {entry.by && <span className="text-muted">{entry.detail ? ` (${entry.by})` : `by ${entry.by}`}</span>}
        </span>
        <span className="text-right text-sm text-muted">
          <TimeAgo at={entry.at} focusable />
          <span className="sr-only">
            , <ExactTime at={entry.at} />
          </span>
        </span>
      </li>
    ))}
  </ol>
)

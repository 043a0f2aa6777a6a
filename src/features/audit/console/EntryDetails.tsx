import { Link } from '@tanstack/react-router'
import { ListFilter } from 'lucide-react'
import { pb } from '#console/paths.ts'
import { Copy } from '#console/ui/Copy.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { JsonDiff } from '#console/ui/JsonDiff.tsx'
import { ExactTime } from '#console/ui/Time.tsx'
import { ActorName } from './ActorName.tsx'
import type { AuditEntry } from './queries.ts'
import { ResultMark } from './ResultMark.tsx'

/** One record whole: who, what, the values before and after, and what else belongs to it. */
export const EntryDetails = ({ entry }: { entry: AuditEntry }) => (
  <div className="flex flex-col gap-5">
    <Facts
      facts={[
        ['Time', <ExactTime key="time" at={entry.timestamp} />],
        [
          'Action',
          <code key="action" className="font-mono text-sm">
            {entry.action}
          </code>,
        ],
        ['Result', <ResultMark key="result" result={entry.result} />],
        ['Actor', <ActorName key="actor" actor={entry.actor} />],
        [
          'Target',
          <span key="target">
            {entry.target.kind} <code className="font-mono text-sm break-all">{entry.target.id}</code>
          </span>,
        ],
        [
          'Address',
          entry.address ?? (
            <span key="address" className="text-faint">
              none: not over the network
            </span>
          ),
        ],
        ...(entry.request_id
          ? [
              ['Request', <Code key="request" value={entry.request_id} what="request id" />] as [
                string,
                React.ReactNode,
              ],
            ]
          : []),
        ['Hash', <Code key="hash" value={entry.hash} what="hash" short />],
      ]}
    />
    <section aria-labelledby="entry-changes">
      <h3 id="entry-changes" className="mb-1 text-sm font-medium text-muted">
        {entry.before && entry.after ? 'Changes' : 'Values'}
      </h3>
      {entry.before || entry.after ? (
        <JsonDiff before={entry.before} after={entry.after} />
      ) : (
        <p className="text-muted">Nothing to compare: the action itself is all there is.</p>
      )}
    </section>
    <section aria-labelledby="entry-more">
      <h3 id="entry-more" className="mb-1 text-sm font-medium text-muted">
        More records
      </h3>
      <ul className="flex flex-col items-start gap-1.5">
        <More search={{ actor: entry.actor.id }} label={`By ${entry.actor.label}`} />
        <More search={{ target_kind: entry.target.kind, target_id: entry.target.id }} label={'About the same target'} />
        <More search={{ action: entry.action }} label={`Of the action ${entry.action}`} />
        {entry.address && <More search={{ address: entry.address }} label={`From ${entry.address}`} />}
        {entry.request_id && <More search={{ request_id: entry.request_id }} label="Of the same request" />}
      </ul>
    </section>
  </div>
)

const Code = ({ value, what, short = false }: { value: string; what: string; short?: boolean }) => (
  <span className="inline-flex max-w-full items-center gap-1">
    <code className="truncate font-mono text-sm">{short ? `${value.slice(0, 16)}…` : value}</code>
    <Copy value={value} what={what} />
  </span>
)

const More = ({ search, label }: { search: Record<string, string>; label: string }) => (
  <li className="max-w-full">
    <Link
      to={pb.audit()}
      search={search}
      className="inline-flex max-w-full items-center gap-2 rounded-sm text-link hover:underline"
    >
      <ListFilter size={14} aria-hidden="true" className="shrink-0" />
      <span className="truncate">{label}</span>
    </Link>
  </li>
)

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { plural } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { Card } from '#console/ui/Card.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { useEscalations } from './escalations.ts'
import { LabelList } from './LabelList.tsx'
import { elsewhere, runbookOf } from './links.ts'
import { NextEscalation } from './NextEscalation.tsx'
import type { AlertDetail } from './queries.ts'
import { ValueBar } from './ValueBar.tsx'
import { ownLabels } from './words.ts'

/** Shown above as a sentence. */
const spoken = new Set(['summary', 'runbook_url', 'runbook'])

/** Everything that is known of one alert. */
export function AlertFacts({ alert }: { alert: AlertDetail }) {
  const { labels, annotations, rule, fired_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by } = alert
  const others = Object.entries(annotations).filter(([name]) => !spoken.has(name))
  const away = elsewhere(alert)
  const runbook = runbookOf(alert)
  const isOpen = alert.state === 'firing' || alert.state === 'acknowledged'
  const escalations = useEscalations(isOpen)
  const facts: ([string, ReactNode] | false)[] = [
    ['Value', <ValueBar key="value" alert={alert} />],
    ownLabels(labels).length > 0 && ['Labels', <LabelList key="labels" labels={labels} />],
    ['Began', <TimeAgo key="began" at={alert.pending_at} focusable />],
    fired_at !== null && ['Fires since', <TimeAgo key="fires" at={fired_at} focusable />],
    ['Fired in 24 h', plural(alert.fired_24h, 'time')],
    acknowledged_at !== null && [
      'Acknowledged',
      <span key="acknowledged">
        <TimeAgo at={acknowledged_at} focusable /> by {acknowledged_by}
      </span>,
    ],
    isOpen && [
      'Next escalation',
      escalations ? <NextEscalation key="next" escalation={escalations.get(alert.id)} focusable /> : '–',
    ],
    resolved_at !== null && [
      'Resolved',
      <span key="resolved">
        <TimeAgo at={resolved_at} focusable />
        {resolved_by ? ` by ${resolved_by}` : ''}
        {alert.resolution ? `, ${alert.resolution}` : ''}
      </span>,
    ],
    alert.note !== null && [
      'Note',
      <span key="note" dir="auto" className="whitespace-pre-wrap">
        {alert.note}
      </span>,
    ],
    [
      'Rule',
      rule ? (
        <Link key="rule" to={pb.alertRule(rule.id)} className="text-link hover:underline">
          {rule.name}
        </Link>
      ) : alert.source === 'rule' ? (
        'deleted since'
      ) : (
        `reported by ${alert.source}`
      ),
    ],
    rule !== null && [
      'Condition',
      <code key="condition" className="font-mono text-sm break-words">
        {rule.expression}
      </code>,
    ],
    runbook !== undefined && ['Runbook', <Away key="runbook" to={runbook} />],
    away !== undefined && ['Comes from', <Away key="away" to={away} />],
    ...others.map(([name, value]): [string, ReactNode] => [name, value]),
  ]
  return (
    <Card title="About">
      <Facts facts={facts.filter((fact) => fact !== false)} />
    </Card>
  )
}

const Away = ({ to }: { to: string }) => (
  <a href={to} target="_blank" rel="noopener noreferrer" className="break-all text-link hover:underline">
    {to}
  </a>
)

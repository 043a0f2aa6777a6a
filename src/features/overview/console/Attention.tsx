import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { Button } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { Card } from '#console/ui/Card.tsx'
import { Status, StatusShape } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { acknowledge, NextEscalation } from '#features/alerts/console/index.ts'
import type { AttentionItem } from './attention.ts'

interface AttentionProps {
  items: AttentionItem[]
  /** How many components are well or not. */
  checked: number
  /** When health was last heard of, ISO. */
  checkedAt: string
}

export const Attention = ({ items, checked, checkedAt }: AttentionProps) => (
  <Card title="Needs attention" className="col-span-full">
    {items.length === 0 ? (
      <p className="flex flex-wrap items-center gap-2">
        <StatusShape level="ok" />
        Nothing needs attention.
        <span className="text-muted">
          {plural(checked, 'component')} checked <TimeAgo at={checkedAt} />
        </span>
      </p>
    ) : (
      <ul className="-my-1 flex flex-col">
        {items.map((item) => (
          <Item key={item.key} item={item} />
        ))}
      </ul>
    )}
  </Card>
)

/** On a phone below its state and time. */
const whatClass = 'min-w-0 flex-1 break-words max-sm:order-last max-sm:basis-full'

function Item({ item: { level, state, what, since, to, needs, alert, escalation } }: { item: AttentionItem }) {
  const can = useCan()
  const mayAcknowledge = can('alerts:write').ok
  return (
    <li className="flex min-h-(--row) flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-border py-1 last:border-b-0">
      <span className="w-24 shrink-0 max-sm:w-auto max-sm:flex-1">
        <Status level={level}>{state}</Status>
      </span>
      {can(needs).ok ? (
        <Link to={to} className={cx(whatClass, 'hover:underline')}>
          {what}
        </Link>
      ) : (
        <span className={whatClass}>{what}</span>
      )}
      {escalation && (
        <span className="text-sm text-muted max-sm:order-last max-sm:basis-full">
          {escalation.next && 'next: '}
          <NextEscalation escalation={escalation} />
        </span>
      )}
      {since && (
        <span className="text-sm text-muted">
          <TimeAgo at={since} />
        </span>
      )}
      {alert && mayAcknowledge && (
        <Button
          size="sm"
          icon={Check}
          aria-label={`Acknowledge ${alert.name}`}
          onClick={() => void acknowledge(alert)}
          className="max-md:!h-9"
        >
          Acknowledge
        </Button>
      )}
    </li>
  )
}

import { Link } from '@tanstack/react-router'
import { Circle, CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { useCan, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import type { Stats } from './queries.ts'

const hiddenKey = 'miktos.first-steps-hidden'

interface FirstStepsProps {
  stats: Stats | undefined
  /** Undefined where the reader may have none. */
  ownKeyCount: number | undefined
}

/** What a new installation needs next; steps tick themselves, and the list goes when all are done. */
export function FirstSteps({ stats, ownKeyCount }: FirstStepsProps) {
  const { user } = useMe()
  const can = useCan()
  const [hidden, setHidden] = useState(() => localStorage.getItem(hiddenKey) === '1')
  if (hidden || !stats || ownKeyCount === undefined || !can('users:write').ok) return null
  const steps = [
    {
      title: 'Secure your account',
      text: 'Ask for a code from your phone at every login.',
      done: user.mfa_enabled,
      to: pb.me('security'),
    },
    {
      title: 'Add a second person',
      text: 'So that somebody else gets in when you cannot.',
      done: stats.users.total > 1,
      to: pb.userNew(),
    },
    {
      title: 'Give a program a key',
      text: 'For scripts, and for Prometheus to read /metrics from elsewhere.',
      done: ownKeyCount > 0,
      to: pb.apiKeyNew(),
    },
  ]
  const left = steps.filter(({ done }) => !done).length
  if (left === 0) return null
  const hide = (): void => {
    localStorage.setItem(hiddenKey, '1')
    setHidden(true)
  }
  return (
    <Card
      title={`First steps, ${steps.length - left} of ${steps.length} done`}
      aside={
        <Button size="sm" variant="ghost" onClick={hide}>
          Hide
        </Button>
      }
      className="col-span-full"
    >
      <ol className="grid grid-cols-3 gap-3 max-lg:grid-cols-1">
        {steps.map(({ title, text, done, to }) => (
          <li key={title} className="flex items-start gap-2">
            {done ? (
              <CircleCheck size={16} aria-label="Done:" className="mt-0.5 shrink-0 text-ok" />
            ) : (
              <Circle size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-faint" />
            )}
            <span className="min-w-0">
              {done ? (
                <span className="text-muted line-through">{title}</span>
              ) : (
                <Link to={to} className="font-medium text-link hover:underline">
                  {title}
                </Link>
              )}
              <span className="block text-sm text-muted">{text}</span>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}

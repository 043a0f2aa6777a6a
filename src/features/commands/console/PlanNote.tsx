import type { ReactNode } from 'react'
import { ExactTime } from '#console/ui/Time.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Submit } from '#console/ui/Form.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import type { CommandPlan } from './queries.ts'

const approvalWords = {
  program: 'Another person has to agree first: the program wants it.',
  asked: 'Another person has to agree first: you asked for it.',
}

/** What would become of a command, before it is sent. */
export function PlanNote({ plan }: { plan: CommandPlan }) {
  const { verb, args, session, runner, approval, destructive, deadline_at } = plan
  const facts: ([string, ReactNode] | false)[] = [
    ['Command', <Words key="words" words={[verb, ...args]} />],
    session !== null && [
      'Session',
      <span key="session" dir="auto">
        {session.name}
      </span>,
    ],
    runner !== null && [
      'Runner',
      <span key="runner">
        <span dir="auto">{runner.name}</span>
        {!runner.connected && ' (away: it waits for it)'}
      </span>,
    ],
    [
      'Deadline',
      <span key="deadline">
        <ExactTime at={deadline_at} />: not begun by then, it is not run any more
      </span>,
    ],
  ]
  return (
    <section role="status" aria-label="What would happen" className="rounded-md border border-warn/50 p-3">
      <p className="mb-2 flex items-start gap-2">
        <span className="pt-1.5">
          <StatusShape level={destructive ? 'warn' : 'info'} />
        </span>
        <span className="min-w-0">
          {destructive && 'It ends what the session does. '}
          {approval !== null && `${approvalWords[approval]} `}
          Nothing is sent yet.
        </span>
      </p>
      <Facts facts={facts.filter((fact) => fact !== false)} />
    </section>
  )
}

/** Each by itself, as the program gets them. */
function Words({ words }: { words: readonly string[] }) {
  // The same word may come twice.
  const keyed = words.map((word, place) => ({ word, key: `${place} ${word}` }))
  return (
    <span className="flex flex-wrap gap-1">
      {keyed.map(({ word, key }) => (
        <code
          key={key}
          dir="auto"
          className="rounded-sm border border-border bg-canvas px-1 font-mono text-sm break-all"
        >
          {word === '' ? '""' : word}
        </code>
      ))}
    </span>
  )
}

interface RunButtonProps {
  /** Undefined while there is nothing to look at. */
  plan: CommandPlan | undefined
  disabledReason?: string | undefined
  className?: string
}

/** Says what it does: runs, asks, or ends something. */
export const RunButton = ({ plan, ...button }: RunButtonProps) => (
  <Submit {...button} variant={plan?.destructive ? 'danger' : 'primary'}>
    {!plan ? 'Run' : plan.approval !== null ? 'Ask for approval' : 'Run it'}
  </Submit>
)

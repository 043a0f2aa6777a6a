import { formatCountdown, formatTime } from '#console/format.ts'
import { usePreferences } from '#console/preferences.ts'
import { useNowBySecond } from '#console/ui/Time.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import type { Escalation } from './escalations.ts'

type Coming = NonNullable<Escalation['next']>

/** Why nobody is told, where no step comes. */
const words: Record<Escalation['state'], string> = {
  coming: 'no further step',
  over: 'no further step',
  acknowledged: 'stopped',
  silenced: 'held back by a silence',
  inhibited: 'held back by another alert',
  quiet: 'held back by quiet hours',
}

interface NextEscalationProps {
  /** Undefined where the alert is under no policy. */
  escalation: Escalation | undefined
  /** Puts it in the tab order, so that the exact time can be read by keyboard. */
  focusable?: boolean
}

/** Whom the next step tells, counting down: `on-call SMS in 4 m 10 s`. */
export function NextEscalation({ escalation, focusable = false }: NextEscalationProps) {
  if (!escalation) return <span className="text-faint">no policy</span>
  const { state, next } = escalation
  if (!next) return <span className="text-muted">{words[state]}</span>
  return (
    <Tooltip text={<StepText escalation={escalation} next={next} />}>
      <span tabIndex={focusable ? 0 : undefined} className="min-w-0 break-words">
        <span dir="auto">{next.channels.map(({ name }) => name).join(', ')}</span> <Countdown at={next.at} />
        {next.held && <span className="text-muted">, after quiet hours</span>}
      </span>
    </Tooltip>
  )
}

function StepText({ escalation: { policy_name, step_count }, next }: { escalation: Escalation; next: Coming }) {
  usePreferences()
  return (
    <>
      Step {next.step} of {step_count} of <span dir="auto">{policy_name}</span>, {formatTime(next.at)}
    </>
  )
}

/** Not announced as it changes: it does so every second. */
function Countdown({ at }: { at: string }) {
  const leftMs = Date.parse(at) - useNowBySecond()
  return (
    <time dateTime={at} className="whitespace-nowrap tabular-nums">
      {leftMs < 1_000 ? 'now' : `in ${formatCountdown(leftMs)}`}
    </time>
  )
}

import { StatusShape } from '#console/ui/Status.tsx'

interface RunnerMarkProps {
  /** Null: none has it. */
  name: string | null
  connected: boolean
}

/** A runner by name, and whether it is there. */
export const RunnerMark = ({ name, connected }: RunnerMarkProps) =>
  name === null ? (
    <span className="text-faint">none yet</span>
  ) : (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5">
      <StatusShape level={connected ? 'ok' : 'warn'} />
      <span dir="auto" className="truncate">
        {name}
      </span>
      <span className="shrink-0 text-sm text-muted">{connected ? 'connected' : 'away'}</span>
    </span>
  )

import { useEffect, useState, type ReactNode } from 'react'
import { formatClock } from '../format.ts'
import { retryLive, useLiveState, useNewVersion } from '../live.ts'
import { Button } from '../ui/Button.tsx'
import { StatusShape } from '../ui/Status.tsx'

/** A drop of a second or two is nobody's business. */
const quietMs = 2_500

/** Below the header: that what is shown stands still, or that the server is newer than this page. */
export function LiveStrip() {
  const state = useLiveState()
  const version = useNewVersion()
  if (state.phase === 'stopped') return <Stopped stoppedAt={state.stoppedAt} retryAt={state.retryAt} />
  if (version === undefined) return null
  return (
    <Strip
      level="info"
      action={
        <Button size="sm" onClick={() => location.reload()}>
          Reload
        </Button>
      }
    >
      New version {version} is ready.
    </Strip>
  )
}

function Stopped({ stoppedAt, retryAt }: { stoppedAt: number; retryAt: number }) {
  const nowMs = useSeconds()
  if (nowMs - stoppedAt < quietMs) return null
  const waitSeconds = Math.max(0, Math.ceil((retryAt - nowMs) / 1_000))
  return (
    <Strip
      level="warn"
      action={
        <Button size="sm" onClick={retryLive}>
          Retry now
        </Button>
      }
    >
      Live updates stopped at {formatClock(stoppedAt)}.{' '}
      {waitSeconds > 0 ? `Reconnecting in ${waitSeconds} s.` : 'Reconnecting…'}
    </Strip>
  )
}

const Strip = ({ level, action, children }: { level: 'warn' | 'info'; action: ReactNode; children: ReactNode }) => (
  <div
    className={`col-span-full flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1 text-sm ${level === 'warn' ? 'border-warn/40 bg-warn/12' : 'border-info/40 bg-info/12'}`}
  >
    <StatusShape level={level} />
    <p>{children}</p>
    {action}
  </div>
)

function useSeconds(): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}

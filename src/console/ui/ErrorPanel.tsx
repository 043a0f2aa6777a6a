import { RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ApiError, NetworkError } from '../errors.ts'
import { Button } from './Button.tsx'
import { Copy } from './Copy.tsx'
import { StatusShape } from './Status.tsx'

interface ErrorPanelProps {
  error: Error
  onRetry?: () => void
  /** What could not be had: `users`, `the chart`. */
  what?: string
}

/** Stands where the thing would have stood; everything else on the page goes on. */
export function ErrorPanel({ error, onRetry, what }: ErrorPanelProps) {
  const waitSeconds = useCountdown(error instanceof ApiError ? error.retryAfterSeconds : null)
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <div role="alert" className="flex flex-col items-start gap-2 rounded-lg border border-error/40 bg-surface p-3">
      <p className="flex items-center gap-2 font-medium">
        <StatusShape level="error" />
        {what ? `Could not load ${what}` : 'This did not work'}
      </p>
      <p className="text-muted">{error.message}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-faint">
        <code className="font-mono">{codeOf(error)}</code>
        {requestId && (
          <span className="inline-flex items-center gap-1">
            request <code className="font-mono break-all">{requestId}</code>
            <Copy value={requestId} what="request id" />
          </span>
        )}
      </div>
      {onRetry && (
        <Button
          icon={RotateCw}
          onClick={onRetry}
          disabledReason={waitSeconds > 0 ? `Too many requests; possible again in ${waitSeconds} s` : undefined}
        >
          {waitSeconds > 0 ? `Retry in ${waitSeconds} s` : 'Retry'}
        </Button>
      )}
    </div>
  )
}

const codeOf = (error: Error): string =>
  error instanceof ApiError ? error.code : error instanceof NetworkError ? 'UNREACHABLE' : error.name

/** Seconds left of what the server asked to wait. */
export function useCountdown(seconds: number | null): number {
  const [left, setLeft] = useState(seconds ?? 0)
  useEffect(() => {
    const endsAt = Date.now() + (seconds ?? 0) * 1_000
    const count = (): void => setLeft(Math.max(0, Math.ceil((endsAt - Date.now()) / 1_000)))
    count()
    const timer = setInterval(count, 500)
    return () => clearInterval(timer)
  }, [seconds])
  return left
}

import { useMutation, useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { formatDuration, formatNumber, plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { Button } from '#console/ui/Button.tsx'
import { Status } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import { verificationQuery, verifyNow, type Verification } from './queries.ts'

/** Whether the log is what was written, as far as it was checked, and the button to check it now. */
export function VerifiedBadge() {
  const { data, error, isPending } = useQuery(verificationQuery)
  const { mutate, isPending: verifying } = useMutation({ mutationFn: verifyNow, onError: toastError })
  const verify = (): void => mutate()
  useShortcuts([{ keys: 'v', label: 'Verify the log', group: 'Page', run: verify }])
  usePaletteActions([{ label: 'Verify the audit log', icon: ShieldCheck, run: verify, keywords: 'hash chain tamper' }])
  return (
    <span className="inline-flex flex-wrap items-center gap-2 max-md:w-full">
      <span role="status">
        {verifying || isPending ? (
          <Status level="unknown" busy>
            Verifying
          </Status>
        ) : data ? (
          <Finding found={data} />
        ) : (
          <Status level="unknown">{error ? 'Not verified: the check failed' : 'Not verified'}</Status>
        )}
      </span>
      <Button size="sm" icon={ShieldCheck} busy={verifying} onClick={verify}>
        Verify
      </Button>
    </span>
  )
}

const Finding = ({ found }: { found: Verification }) => (
  <span className="inline-flex flex-wrap items-center gap-x-2">
    <Tooltip text={explain(found)}>
      <span tabIndex={0} className="rounded-sm">
        <Status level={found.ok ? 'ok' : 'critical'}>
          {found.ok
            ? `Verified to #${formatNumber(found.last_seq)}`
            : `Broken at #${formatNumber(found.broken?.seq ?? 0)}`}
        </Status>
      </span>
    </Tooltip>
    <span className="text-sm text-muted">
      <TimeAgo at={found.verified_at} />
    </span>
  </span>
)

const explain = ({ records, checkpoints, duration_ms }: Verification): string =>
  `${plural(records, 'record')} found right and compared with ${plural(checkpoints, 'checkpoint')} outside the database, in ${formatDuration(duration_ms)}`

/** Stands above everything while the log is not what was written. */
export function BrokenLog({ onOpen }: { onOpen: (seq: string) => void }) {
  const { data } = useQuery(verificationQuery)
  if (!data?.broken) return null
  const { seq, reason } = data.broken
  return (
    <div
      role="alert"
      className="mb-4 flex flex-col items-start gap-2 rounded-lg border border-critical/50 bg-surface p-3"
    >
      <Status level="critical">The log was tampered with at record {formatNumber(seq)}</Status>
      <p>{reason}.</p>
      <p className="max-w-prose text-muted">
        Records before it are as they were written; from there on nothing is certain. Keep a copy of the database and of
        audit-checkpoints.ndjson as they are now, and compare them with your last backup.
      </p>
      <Button onClick={() => onOpen(String(seq))}>Open record {formatNumber(seq)}</Button>
    </div>
  )
}

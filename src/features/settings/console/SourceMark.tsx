import { Lock } from 'lucide-react'
import { Badge } from '#console/ui/Badge.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import type { Setting } from './queries.ts'

const words: Record<Setting['source']['kind'], string> = {
  flag: 'flag',
  env: 'env',
  'env-file': 'env file',
  dotenv: '.env',
  file: 'file',
  database: 'set here',
  default: 'default',
}

/** Where the value comes from, and why it cannot be changed here, where it cannot. */
export const SourceMark = ({ setting, drafted }: { setting: Setting; drafted: boolean }) => {
  const { source, updated_at, updated_by, locked, locked_reason } = setting
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      {drafted ? (
        <Badge tone="warn">not saved</Badge>
      ) : (
        <Badge tone={source.kind === 'default' ? 'neutral' : 'info'}>{words[source.kind]}</Badge>
      )}
      {!['default', 'database'].includes(source.kind) && (
        <code className="min-w-0 font-mono text-sm break-all text-muted">{source.name}</code>
      )}
      {source.kind === 'database' && updated_at && !drafted && (
        <span className="text-sm text-muted">
          by {updated_by}, <TimeAgo at={updated_at} />
        </span>
      )}
      {locked && locked_reason && <LockedNote reason={locked_reason} />}
    </div>
  )
}

/** Why not, in a word or two; the whole reason and what to do about it stand in the tooltip and in the details. */
const LockedNote = ({ reason }: { reason: string }) => (
  <Tooltip text={reason}>
    <span tabIndex={0} className="inline-flex items-start gap-1 rounded-sm text-sm text-muted">
      <Lock size={12} aria-hidden="true" className="mt-0.5 shrink-0" />
      {reason.startsWith('Set ') ? 'Locked' : reason.split(': ')[0]}
    </span>
  </Tooltip>
)

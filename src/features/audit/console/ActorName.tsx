import { Badge } from '#console/ui/Badge.tsx'
import type { AuditEntry } from './queries.ts'

const kinds: Record<string, string> = { 'api-key': 'API key', system: 'system' }

/** Who did it; a person is no news, everything else is said. */
export const ActorName = ({ actor: { kind, label } }: { actor: AuditEntry['actor'] }) => (
  <span className="inline-flex max-w-full min-w-0 items-center gap-2">
    <span className="truncate">{label}</span>
    {kinds[kind] && <Badge>{kinds[kind]}</Badge>}
  </span>
)

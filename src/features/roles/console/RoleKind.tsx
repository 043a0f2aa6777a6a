import type { Role } from '#console/roles.ts'
import { Badge } from '#console/ui/Badge.tsx'

/** An edited built-in role keeps its edits through upgrades. */
export function RoleKind({ role: { builtin, editable, updated_at } }: { role: Role }) {
  if (!editable) return <Badge>fixed</Badge>
  if (!builtin) return <Badge tone="info">custom</Badge>
  return updated_at ? <Badge tone="warn">edited</Badge> : <Badge>built-in</Badge>
}

import type { AuditEntry } from './queries.ts'

const names = ['username', 'name', 'email'] as const

/** What people call the target, as far as the record itself knows; else its id, in the middle cut short. */
export function targetName({ target: { id }, actor, before, after }: AuditEntry): string {
  if (id === actor.id) return actor.label
  const values = { ...before, ...after }
  const name = names.map((key) => values[key]).find((value) => typeof value === 'string')
  return name ?? (id.length > 24 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id)
}

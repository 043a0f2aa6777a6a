import { AppError } from '#kernel/errors.ts'
import { expandPermission, isPermission, type Permission } from '#kernel/permissions.ts'

/** What a key allows: the part of its owner's rights that its scopes name, all of them without scopes. */
export function permissionsOf(scopes: readonly string[] | null, ofOwner: readonly Permission[]): Set<Permission> {
  if (scopes === null) return new Set(ofOwner)
  const named = new Set(scopes.flatMap((scope) => expandPermission(scope) ?? []))
  return new Set(ofOwner.filter((permission) => named.has(permission)))
}

/**
 * The scopes to store for what was asked, given the rights that whoever asks and the owner share.
 * A short form (`*`, `read`, `users:*`) means those of its permissions that are held; a permission
 * must be held itself. A key that people make for themselves grows with their rights; one made by
 * anybody else, or by another key, never allows more than its maker could give on that day.
 */
export function scopesToStore(
  asked: readonly string[] | undefined,
  held: ReadonlySet<Permission>,
  byOwner: boolean,
): string[] | null {
  if (asked) requireHeld(asked, held)
  if (byOwner) return asked ? [...new Set(asked)].toSorted() : null
  return [...permissionsOf(asked ?? null, [...held])].toSorted()
}

function requireHeld(asked: readonly string[], held: ReadonlySet<Permission>): void {
  const fields = asked.flatMap((scope, index) => {
    const message = refusal(scope, held)
    return message ? [{ field: `scopes.${index}`, message: `"${scope}" ${message}` }] : []
  })
  if (fields.length === 0) return
  throw new AppError('VALIDATION_FAILED', fields.map(({ message }) => message).join('; '), { fields })
}

function refusal(scope: string, held: ReadonlySet<Permission>): string | undefined {
  const named = expandPermission(scope)
  if (!named) return 'is not a permission'
  if (named.some((permission) => held.has(permission))) return undefined
  return isPermission(scope)
    ? 'is not among the rights this key could have'
    : 'holds none of the rights this key could have'
}

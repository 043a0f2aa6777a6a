import { Link } from '@tanstack/react-router'
import { permissions } from '#kernel/permissions.ts'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import type { Role } from '#console/roles.ts'
import { Facts } from '#console/ui/Facts.tsx'
import { ExactTime } from '#console/ui/Time.tsx'
import { areas } from './matrix.ts'
import { RoleKind } from './RoleKind.tsx'

/** What a role is and allows, in words. */
export const RoleDetails = ({ role }: { role: Role }) => (
  <div className="flex flex-col gap-5">
    <Facts
      facts={[
        ['Description', role.description || '–'],
        ['Kind', <RoleKind key="kind" role={role} />],
        ['Users', <UserCount key="users" role={role} />],
        ['Changed', role.updated_at ? <ExactTime key="changed" at={role.updated_at} /> : 'never'],
      ]}
    />
    {areas
      .map(({ name, permissions }) => ({
        name,
        allowed: permissions.filter((permission) => role.permissions.includes(permission)),
      }))
      .filter(({ allowed }) => allowed.length > 0)
      .map(({ name, allowed }) => (
        <section key={name} aria-label={name}>
          <h3 className="mb-1 text-sm font-medium text-muted">{name}</h3>
          <ul className="flex flex-col gap-1">
            {allowed.map((permission) => (
              <li key={permission}>
                <code className="font-mono text-sm">{permission}</code>
                <span className="block text-sm text-muted">{permissions[permission]}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
  </div>
)

function UserCount({ role: { name, user_count } }: { role: Role }) {
  const seesUsers = useCan()('users:read').ok
  const words = plural(user_count, 'user')
  return seesUsers ? (
    <Link to={pb.users()} search={{ role: name }} className="rounded-sm text-link hover:underline">
      {words}
    </Link>
  ) : (
    words
  )
}

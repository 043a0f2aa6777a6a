import { permissions, type Permission } from '#kernel/permissions.ts'
import { useMe } from '../me.ts'
import { Badge } from '../ui/Badge.tsx'
import { Card } from '../ui/Card.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'

export function Forbidden({ title, permission }: { title: string; permission: Permission | readonly Permission[] }) {
  const { user } = useMe()
  const wanted: readonly Permission[] = typeof permission === 'string' ? [permission] : permission
  return (
    <>
      <PageHeader title={title} />
      <Card>
        <EmptyState kind="denied" title="You may not see this page">
          <p>
            It needs {wanted.length > 1 ? 'one of these permissions' : 'this permission'}, which your role {user.role}{' '}
            does not have:
          </p>
          <ul className="my-2 flex flex-col items-center gap-1">
            {wanted.map((name) => (
              <li key={name}>
                <Badge>
                  <code className="font-mono">{name}</code>
                </Badge>{' '}
                {permissions[name]}
              </li>
            ))}
          </ul>
          <p>An administrator can give you a role that has it.</p>
        </EmptyState>
      </Card>
    </>
  )
}

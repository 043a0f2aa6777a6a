import { Badge } from '#console/ui/Badge.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Status } from '#console/ui/Status.tsx'
import { ExactTime, TimeAgo } from '#console/ui/Time.tsx'
import { formatNumber } from '#console/format.ts'
import type { User } from './queries.ts'
import { UserState } from './UserState.tsx'

export const UserFacts = ({ user }: { user: User }) => (
  <Facts
    facts={[
      ['State', <UserState key="state" user={user} />],
      ...(user.locked_until
        ? [['Locked until', <ExactTime key="locked" at={user.locked_until} />] satisfies [string, React.ReactNode]]
        : []),
      ['E-mail', user.email],
      ['Role', <Badge key="role">{user.role}</Badge>],
      ['Second factor', <SecondFactor key="mfa" on={user.mfa_enabled} />],
      ['Last login', <LastLogin key="login" user={user} />],
      ['Projects', formatNumber(user.project_count)],
      ['Created', <ExactTime key="created" at={user.created_at} />],
      [
        'Id',
        <code key="id" className="font-mono text-sm break-all">
          {user.id}
        </code>,
      ],
    ]}
  />
)

export const SecondFactor = ({ on }: { on: boolean }) =>
  on ? (
    <Status level="ok" quiet>
      On
    </Status>
  ) : (
    <span className="text-faint">Off</span>
  )

const LastLogin = ({ user: { last_login_at, last_login_address } }: { user: User }) => (
  <>
    {last_login_at ? <ExactTime at={last_login_at} /> : <TimeAgo at={null} />}
    {last_login_address && ` from ${last_login_address}`}
  </>
)

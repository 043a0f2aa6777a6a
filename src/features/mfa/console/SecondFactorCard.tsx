import { useQuery } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { plural } from '#console/format.ts'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Status } from '#console/ui/Status.tsx'
import { ExactTime } from '#console/ui/Time.tsx'
import { DisableMfa } from './DisableMfa.tsx'
import { EnrolTotp } from './EnrolTotp.tsx'
import { mfaQuery } from './queries.ts'
import { RenewRecoveryCodes } from './RenewRecoveryCodes.tsx'

/** From this many on there is time to make new ones. */
const fewCodes = 3

export function SecondFactorCard() {
  const { data: mfa, error, refetch } = useQuery(mfaQuery)
  return (
    <Card
      title="Second factor"
      aside={mfa && <Status level={mfa.enabled ? 'ok' : 'unknown'}>{mfa.enabled ? 'On' : 'Off'}</Status>}
    >
      {error && !mfa && <ErrorPanel error={error} what="the second factor" onRetry={() => void refetch()} />}
      {!error && !mfa && <Skeleton className="h-20 w-full max-md:h-27" />}
      {mfa && (mfa.enabled ? <Enabled mfa={mfa} /> : <Disabled />)}
    </Card>
  )
}

const Disabled = () => (
  <div className="flex flex-col items-start gap-3">
    <p className="text-muted">
      With an authenticator app on your phone a stolen password is not enough: logging in and sensitive changes ask for
      a code as well.
    </p>
    <EnrolTotp />
  </div>
)

const Enabled = ({ mfa: { enabled_at, recovery_codes_left: left } }: { mfa: Reply<Api['GET /me/mfa']> }) => (
  <div className="flex flex-col gap-4">
    <Facts
      facts={[
        ['Authenticator app', enabled_at && <>since {<ExactTime at={enabled_at} />}</>],
        [
          'Recovery codes',
          left > fewCodes ? (
            `${plural(left, 'code')} left`
          ) : (
            <Status key="few" level="warn">
              {left === 0 ? 'none left' : `only ${plural(left, 'code')} left`}
            </Status>
          ),
        ],
      ]}
    />
    <div className="flex flex-wrap gap-2">
      <RenewRecoveryCodes />
      <DisableMfa />
    </div>
  </div>
)

import { ExactTime, TimeAgo } from '#console/ui/Time.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { KeyState } from './KeyState.tsx'
import type { ApiKey } from './queries.ts'

/** Everything that is known of a key; the key itself is known to nobody. */
export const KeyFacts = ({ apiKey }: { apiKey: ApiKey }) => (
  <Facts
    facts={[
      ['State', <KeyState key="state" apiKey={apiKey} />],
      [
        'Key',
        <code key="key" className="font-mono text-sm">
          {apiKey.prefix}…
        </code>,
      ],
      ['Owner', apiKey.username],
      ['May do', apiKey.scopes === null ? 'Everything its owner may' : <Scopes key="scopes" scopes={apiKey.scopes} />],
      ['Signing', apiKey.signing ? 'Sensitive requests have to be signed' : 'No signing secret'],
      ['Created', <ExactTime key="created" at={apiKey.created_at} />],
      ['Last used', <LastUse key="used" apiKey={apiKey} />],
      ['Expires', apiKey.expires_at ? <ExactTime key="expires" at={apiKey.expires_at} /> : 'never'],
      ...(apiKey.revoked_at
        ? [['Revoked', <ExactTime key="revoked" at={apiKey.revoked_at} />] satisfies [string, React.ReactNode]]
        : []),
    ]}
  />
)

const Scopes = ({ scopes }: { scopes: string[] }) => (
  <ul>
    {scopes.map((scope) => (
      <li key={scope}>
        <code className="font-mono text-sm">{scope}</code>
      </li>
    ))}
  </ul>
)

const LastUse = ({ apiKey: { last_used_at, last_used_address } }: { apiKey: ApiKey }) => (
  <>
    {last_used_at ? <ExactTime at={last_used_at} /> : <TimeAgo at={null} />}
    {last_used_address && ` from ${last_used_address}`}
  </>
)

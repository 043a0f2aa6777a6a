import { apiPath } from '#console/apiPath.ts'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { SecretOnce } from '#console/ui/SecretOnce.tsx'
import type { MadeApiKey } from './queries.ts'

/** What a new key's owner has to take away now. */
export const KeySecrets = ({ made: { key, signing_secret } }: { made: MadeApiKey }) => (
  <div className="flex flex-col gap-4">
    <SecretOnce label="Key" value={key} />
    {signing_secret && <SecretOnce label="Signing secret" value={signing_secret} />}
    <div className="flex flex-col gap-1">
      <p className="text-sm text-muted">Try it:</p>
      <CodeBlock
        what="command"
        wrap
        code={`curl -H "Authorization: Bearer ${key}" ${location.origin}${apiPath('/me')}`}
      />
    </div>
  </div>
)

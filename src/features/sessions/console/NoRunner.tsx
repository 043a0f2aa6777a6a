import { Link } from '@tanstack/react-router'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'

const startRunner = (): string =>
  [
    'miktos runner --name runner-1',
    `--url ${location.origin}`,
    '--token-file runner.key',
    '--allow backup=/usr/local/bin/backup',
    '--session-program /usr/local/bin/session',
  ].join(' \\\n  ')

/** How to start the first runner. */
export function HowToStartRunner() {
  const makesKeys = useCan()('api-keys:own').ok
  return (
    <div className="flex flex-col gap-2 text-left text-wrap">
      <p className="text-muted">
        On the machine that is to do the work, with{' '}
        {makesKeys ? (
          <Link to={pb.apiKeyNew()} className="text-link underline">
            an API key
          </Link>
        ) : (
          'an API key'
        )}{' '}
        of the scope <code className="font-mono">runners:write</code> in the file:
      </p>
      <CodeBlock code={startRunner()} what="command" />
    </div>
  )
}

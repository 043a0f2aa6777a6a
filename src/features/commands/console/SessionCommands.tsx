import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { CommandStatusMark } from './CommandStatusMark.tsx'
import { commandsOfSessionQuery, useLiveCommands } from './queries.ts'

/** The newest commands of a session. */
export function SessionCommands({ sessionId }: { sessionId: string }) {
  const listed = useQuery(commandsOfSessionQuery(sessionId))
  useLiveCommands()
  const { commands = [], total = 0 } = listed.data ?? {}
  return (
    <Card
      title="Commands"
      padding="flush"
      aside={
        total > commands.length && (
          <Link
            to={pb.commands()}
            search={{ session_id: sessionId }}
            className="rounded-sm text-sm text-link hover:underline"
          >
            All {total}
          </Link>
        )
      }
    >
      {listed.error && !listed.data && (
        <div className="p-3">
          <ErrorPanel error={listed.error} what="its commands" onRetry={() => void listed.refetch()} />
        </div>
      )}
      {listed.data && commands.length === 0 && <EmptyState kind="none" title="No commands yet" />}
      <ul aria-label="Commands" className="divide-y divide-border">
        {commands.map((command) => (
          <li key={command.id} className="px-3 py-2">
            <Link to={pb.command(command.id)} className="block rounded-sm hover:underline">
              <code dir="auto" className="line-clamp-2 font-mono text-sm break-all">
                {command.command}
              </code>
            </Link>
            <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
              <CommandStatusMark command={command} />
              <span dir="auto" className="truncate">
                {command.user}
              </span>
              <TimeAgo at={command.created_at} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

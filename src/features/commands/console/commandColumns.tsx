import { Link } from '@tanstack/react-router'
import { formatDuration } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import type { Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { CommandStatusMark } from './CommandStatusMark.tsx'
import type { Command } from './queries.ts'

export const commandColumns: Column<Command>[] = [
  {
    key: 'command',
    header: 'Command',
    primary: true,
    width: '30%',
    cell: ({ id, command }) => (
      <Link to={pb.command(id)} title={command} className="block rounded-sm hover:underline">
        <code dir="auto" className="line-clamp-2 font-mono text-sm break-all">
          {command}
        </code>
      </Link>
    ),
  },
  { key: 'status', header: 'Status', width: '140px', cell: (command) => <CommandStatusMark command={command} /> },
  {
    key: 'user',
    header: 'By',
    cell: ({ user }) => (
      <span dir="auto" className="line-clamp-2 wrap-anywhere">
        {user}
      </span>
    ),
  },
  { key: 'created', header: 'When', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
  {
    key: 'session',
    header: 'Session',
    cell: ({ session_id, session_name }) =>
      session_id === null ? (
        <span className="text-faint">–</span>
      ) : (
        <Link to={pb.session(session_id)} dir="auto" className="line-clamp-2 rounded-sm wrap-anywhere hover:underline">
          {session_name ?? 'deleted'}
        </Link>
      ),
  },
  {
    key: 'runner',
    header: 'Runner',
    from: 'lg',
    cell: ({ runner_name }) => (
      <span dir="auto" className="line-clamp-2 wrap-anywhere">
        {runner_name ?? 'forgotten'}
      </span>
    ),
  },
  { key: 'exit', header: 'Exit', align: 'end', cell: ({ exit_code }) => exit_code ?? '–' },
  {
    key: 'duration',
    header: 'Duration',
    align: 'end',
    cell: ({ duration_ms }) => (duration_ms === null ? '–' : formatDuration(duration_ms)),
  },
]

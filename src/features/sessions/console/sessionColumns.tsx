import { Link } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import type { Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import type { Session } from './queries.ts'
import { RunnerMark } from './RunnerMark.tsx'
import { SessionProgress } from './SessionProgress.tsx'
import { SessionStatusMark } from './SessionStatusMark.tsx'

const Text = ({ text }: { text: string | null }) =>
  text ? (
    <span dir="auto" className="line-clamp-2 wrap-anywhere">
      {text}
    </span>
  ) : (
    <span className="text-faint">–</span>
  )

export const sessionColumns: Column<Session>[] = [
  {
    key: 'name',
    header: 'Name',
    primary: true,
    width: '20%',
    cell: ({ id, name }) => (
      <Link
        to={pb.session(id)}
        dir="auto"
        className="line-clamp-2 rounded-sm font-medium wrap-anywhere hover:underline"
      >
        {name}
      </Link>
    ),
  },
  { key: 'status', header: 'State', width: '104px', cell: ({ status }) => <SessionStatusMark status={status} /> },
  { key: 'server', header: 'Server', cell: ({ server }) => <Text text={server} /> },
  { key: 'mode', header: 'Mode', cell: ({ mode }) => <Text text={mode} /> },
  {
    key: 'progress',
    header: 'Progress',
    width: '132px',
    cell: ({ progress }) => <SessionProgress progress={progress} />,
  },
  {
    key: 'runner',
    header: 'Runner',
    width: '18%',
    cell: ({ runner_name, runner_connected }) => <RunnerMark name={runner_name} connected={runner_connected} />,
  },
  { key: 'started', header: 'Started', from: 'lg', cell: ({ started_at }) => <TimeAgo at={started_at} /> },
  { key: 'heartbeat', header: 'Last heard', cell: ({ heartbeat_at }) => <TimeAgo at={heartbeat_at} /> },
]

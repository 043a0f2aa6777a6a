import { useQuery } from '@tanstack/react-query'
import { humanDuration } from '#kernel/time.ts'
import { formatNumber, formatPercent } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Meter } from '#console/ui/Meter.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Link } from '@tanstack/react-router'
import { processQuery, systemInfoQuery } from './queries.ts'
import type { SampleRow } from './samples.ts'

/** The machine, and this process for those who may see it. */
export function ServerCard({ latest }: { latest: SampleRow | undefined }) {
  const can = useCan()
  const info = useQuery(systemInfoQuery)
  const process = useQuery({ ...processQuery, enabled: can('system:read').ok })
  if (info.error && !info.data)
    return <ErrorPanel error={info.error} what="this server" onRetry={() => void info.refetch()} />
  if (!info.data) {
    return (
      <Card title="This server">
        <Skeleton className="h-40 w-full" />
      </Card>
    )
  }
  const { version, environment, uptime_seconds, resources } = info.data
  const processInfo = process.data?.process_info
  return (
    <Card
      title="This server"
      aside={
        processInfo && (
          <Link to={pb.processes()} className="text-sm text-link hover:underline">
            Processes
          </Link>
        )
      }
    >
      <Facts
        facts={[
          ['Version', `${version}, ${environment}`],
          ['Up for', humanDuration(uptime_seconds)],
          [
            'Processors',
            <Meter
              key="cpu"
              label="Processors in use"
              percent={latest?.values['cpu_usage'] ?? resources.used_cpu_percent}
            />,
          ],
          [
            'Memory',
            <Meter
              key="memory"
              label="Memory in use"
              percent={latest?.values['memory_usage'] ?? used(resources.used_memory_gb, resources.total_memory_gb)}
              text={`${resources.used_memory_gb} of ${resources.total_memory_gb} GiB`}
            />,
          ],
          [
            'Disk',
            <Meter
              key="disk"
              label="Disk in use"
              percent={used(resources.used_disk_gb, resources.total_disk_gb)}
              text={`${resources.used_disk_gb} of ${resources.total_disk_gb} GiB`}
            />,
          ],
          ...(processInfo ? processFacts(processInfo) : []),
        ]}
      />
    </Card>
  )
}

const used = (part: number, whole: number): number => (part / whole) * 100

interface ProcessInfo {
  pid: number
  cpu_percent: number
  memory_percent: number
  threads: number | null
  open_files: number
  connections: number
}

const processFacts = ({
  pid,
  cpu_percent,
  memory_percent,
  threads,
  open_files,
  connections,
}: ProcessInfo): [string, string][] => [
  ['Process', `${pid}: ${formatPercent(cpu_percent)} of a processor, ${formatPercent(memory_percent)} of memory`],
  ['Threads', threads === null ? 'unknown' : formatNumber(threads)],
  ['Open', `${formatNumber(open_files)} files, ${formatNumber(connections)} connections`],
]

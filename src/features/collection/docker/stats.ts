import type Docker from 'dockerode'
import type { Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import { registerRows, remembered, type Row } from '#platform/metrics/read.ts'

const ageMaxMs = 10 * secondMs
const containersMax = 100

type Figures = Record<
  'cpuSeconds' | 'memoryBytes' | 'limitBytes' | 'received' | 'transmitted' | 'read' | 'written',
  number
>

/** What the engine measures of each running container, asked when somebody asks and not more often than every 10 s. */
export function registerContainers(registry: Registry, docker: Docker): void {
  const read = remembered(() => readAll(docker), ageMaxMs)
  const register = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    rowsOf: (figures: Figures) => Row[],
    direction: string[] = [],
  ): void =>
    registerRows(registry, {
      kind,
      name,
      help,
      labels: ['container_name', 'container_image_name', ...direction],
      read: async () =>
        (await read()).flatMap(({ labels, figures }) =>
          rowsOf(figures).map(([more, value]): Row => [{ ...labels, ...more }, value]),
        ),
    })
  register('counter', 'container_cpu_time_seconds_total', 'Processor time of containers', ({ cpuSeconds }) => [
    [{}, cpuSeconds],
  ])
  register('gauge', 'container_memory_usage_bytes', 'Memory of containers without caches', ({ memoryBytes }) => [
    [{}, memoryBytes],
  ])
  register('gauge', 'container_memory_limit_bytes', 'Memory that containers may have', ({ limitBytes }) => [
    [{}, limitBytes],
  ])
  register(
    'counter',
    'container_network_io_bytes_total',
    'Bytes that containers moved over networks',
    ({ received, transmitted }) => [
      [{ network_io_direction: 'receive' }, received],
      [{ network_io_direction: 'transmit' }, transmitted],
    ],
    ['network_io_direction'],
  )
  register(
    'counter',
    'container_disk_io_bytes_total',
    'Bytes that containers read and wrote',
    ({ read, written }) => [
      [{ disk_io_direction: 'read' }, read],
      [{ disk_io_direction: 'write' }, written],
    ],
    ['disk_io_direction'],
  )
}

/** Nothing while the engine is away, and without those that ended meanwhile. */
async function readAll(docker: Docker): Promise<{ labels: Record<string, string>; figures: Figures }[]> {
  const running = await docker.listContainers().catch(() => [])
  const read = await Promise.all(
    running.slice(0, containersMax).map(async ({ Id, Names, Image }) => {
      const stats = await docker
        .getContainer(Id)
        .stats({ stream: false, 'one-shot': true })
        .catch(() => undefined)
      const name = Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12)
      return stats && { labels: { container_name: name, container_image_name: Image }, figures: figuresOf(stats) }
    }),
  )
  return read.filter((one) => one !== undefined)
}

function figuresOf({ cpu_stats, memory_stats, networks, blkio_stats }: Docker.ContainerStats): Figures {
  // Of a container that has just ended the engine says nothing, whatever the types promise.
  const { usage, limit, stats }: Partial<typeof memory_stats> = memory_stats
  const moved = (operation: string): number =>
    (blkio_stats?.io_service_bytes_recursive ?? [])
      .filter(({ op }) => op.toLowerCase() === operation)
      .reduce((sum, { value }) => sum + value, 0)
  const interfaces = Object.values(networks ?? {})
  return {
    cpuSeconds: (cpu_stats.cpu_usage?.total_usage ?? 0) / 1e9,
    // As `docker stats` shows it.
    memoryBytes: (usage ?? 0) - (stats?.inactive_file ?? stats?.total_inactive_file ?? 0),
    limitBytes: limit ?? 0,
    received: interfaces.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    transmitted: interfaces.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    read: moved('read'),
    written: moved('write'),
  }
}

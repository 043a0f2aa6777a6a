import { minuteMs, secondMs } from '#kernel/time.ts'
import type { Registry } from 'prom-client'
import { registerHost, registerLoad } from './host/hostMetrics.ts'
import { disk, memory, transfers } from './machine.ts'
import type { Metrics } from './metrics.ts'
import { openFiles, threads } from './process.ts'
import { registerRead } from './read.ts'

/** The machine and this process in the exposition. */
export function registerMachine({ registry, machineCpu, history }: Metrics, dataDir: string): void {
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_cpu_utilization_ratio',
    help: 'Processors in use',
    read: () => machineCpu() / 100,
  })
  registerLoad(registry)
  if (process.platform === 'linux') registerHost(registry, { dataDir })
  else registerMachineElsewhere(registry, dataDir)
  registerRead(registry, {
    kind: 'counter',
    name: 'process_cpu_seconds_total',
    help: 'Processor time of this process',
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of this process',
    read: () => process.memoryUsage.rss(),
  })
  registerRead(registry, { kind: 'gauge', name: 'process_open_fds', help: 'Open file descriptors', read: openFiles })
  if (process.platform === 'linux') {
    registerRead(registry, {
      kind: 'gauge',
      name: 'process_threads',
      help: 'Threads of this process',
      read: async () => (await threads())!,
    })
  }
  registerRead(registry, {
    kind: 'gauge',
    name: 'process_start_time_seconds',
    help: 'When this process started, Unix time',
    read: () => performance.timeOrigin / secondMs,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'nodejs_eventloop_delay_max_seconds',
    help: 'Longest pause of the event loop in a few seconds, mean over the last minute',
    read: () => (history.mean('event_loop_delay', minuteMs) ?? 0) / secondMs,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'v8js_memory_heap_used_bytes',
    help: 'JavaScript heap in use',
    read: () => process.memoryUsage().heapUsed,
  })
}

/** Where the system does not tell it apart by device. */
function registerMachineElsewhere(registry: Registry, dataDir: string): void {
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_memory_usage_bytes',
    help: 'Memory of the machine',
    label: 'state',
    read: () => byState(memory()),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_filesystem_usage_bytes',
    help: 'The file system that holds the data directory',
    label: 'state',
    read: async () => byState(await disk(dataDir)),
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'system_disk_io_bytes_total',
    help: 'Bytes moved by disks',
    label: 'disk_io_direction',
    read: async () => {
      const { diskReadBytes, diskWrittenBytes } = await transfers()
      return { read: diskReadBytes, write: diskWrittenBytes }
    },
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'system_network_io_bytes_total',
    help: 'Bytes moved by network interfaces',
    label: 'network_io_direction',
    read: async () => {
      const { receivedBytes, transmittedBytes } = await transfers()
      return { receive: receivedBytes, transmit: transmittedBytes }
    },
  })
}

const byState = ({ usedBytes, totalBytes }: { usedBytes: number; totalBytes: number }) => ({
  used: usedBytes,
  free: totalBytes - usedBytes,
})

import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import type { Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import { registerRead, registerRows, remembered, type Row } from '../read.ts'
import { readFilesystems } from './filesystems.ts'
import {
  cpuTimesOf,
  disksOf,
  interfacesOf,
  memoryOf,
  pressureOf,
  unitsOf,
  type DiskFigures,
  type InterfaceFigures,
} from './proc.ts'
import { createProcessReader } from './processes.ts'

/** Several metrics come from one file: it is read once for all of them. */
const filesAgeMaxMs = secondMs
const processesAgeMaxMs = 10 * secondMs

interface Options {
  dataDir: string
  /** Where Linux tells about itself. */
  procDir?: string
}

/** Utilisation, saturation and errors of a Linux machine, from `/proc`. Everything is read asynchronously when it is asked for. */
export function registerHost(registry: Registry, { dataDir, procDir = '/proc' }: Options): void {
  const units = unitsOf(readFileSync('/proc/self/auxv'))
  const fileOf = <T>(name: string, parse: (text: string) => T): (() => Promise<T>) =>
    remembered(async () => parse(await readFile(`${procDir}/${name}`, 'utf8')), filesAgeMaxMs)

  registerCpu(
    registry,
    fileOf('stat', (text) => cpuTimesOf(text, units.ticksPerSecond)),
  )
  registerMemory(registry, fileOf('meminfo', memoryOf), fileOf('vmstat', pagingOf))
  registerDisks(registry, fileOf('diskstats', disksOf))
  registerFilesystems(
    registry,
    remembered(() => readFilesystems(procDir, dataDir), processesAgeMaxMs),
  )
  registerInterfaces(registry, fileOf('net/dev', interfacesOf))
  registerProcesses(registry, remembered(createProcessReader(procDir, units), processesAgeMaxMs))
  const resources = ['cpu', 'memory', 'io'].filter((resource) => existsSync(`${procDir}/pressure/${resource}`))
  if (resources.length > 0)
    registerPressure(
      registry,
      resources.map((resource) => ({ resource, read: fileOf(`pressure/${resource}`, pressureOf) })),
    )
}

/** Of every system, not only Linux. */
export function registerLoad(registry: Registry): void {
  for (const [at, minutes] of ([1, 5, 15] as const).entries())
    registerRead(registry, {
      kind: 'gauge',
      name: `system_load_average_${minutes}m`,
      help: `Work that ran or waited, mean over ${minutes} min`,
      read: () => loadavg()[at]!,
    })
}

function registerCpu(registry: Registry, read: () => Promise<Record<string, number>>): void {
  registerRead(registry, {
    kind: 'counter',
    name: 'system_cpu_time_seconds_total',
    help: 'Processor time by what it was spent on, all processors together',
    label: 'state',
    read,
  })
}

type Sizes = Record<string, number>

const pagingOf = (text: string): { in: number; out: number } => ({
  in: Number(/^pswpin (\d+)/m.exec(text)?.[1] ?? 0),
  out: Number(/^pswpout (\d+)/m.exec(text)?.[1] ?? 0),
})

function registerMemory(
  registry: Registry,
  read: () => Promise<Sizes>,
  paging: () => Promise<{ in: number; out: number }>,
): void {
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_memory_usage_bytes',
    help: 'Memory of the machine; cached is given to programs that ask for it',
    label: 'state',
    read: async () => memoryStates(await read()),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_memory_utilization_ratio',
    help: 'Memory that no program could have',
    read: async () => {
      const { used, cached, free } = memoryStates(await read())
      return used / (used + cached + free)
    },
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_paging_usage_bytes',
    help: 'Swap space',
    label: 'state',
    read: async () => {
      const { SwapTotal = 0, SwapFree = 0 } = await read()
      return { used: SwapTotal - SwapFree, free: SwapFree }
    },
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'system_paging_operations_total',
    help: 'Pages moved to and from swap space',
    label: 'direction',
    read: paging,
  })
}

function memoryStates({ MemTotal = 0, MemFree = 0, MemAvailable = MemFree }: Sizes) {
  const free = Math.min(MemFree, MemAvailable)
  return { used: MemTotal - MemAvailable, cached: MemAvailable - free, free }
}

function registerDisks(registry: Registry, read: () => Promise<DiskFigures[]>): void {
  const directed = (name: string, help: string, figure: 'bytes' | 'operations' | 'seconds'): void =>
    registerRows(registry, {
      kind: 'counter',
      name,
      help,
      labels: ['disk_io_direction', 'system_device'],
      read: async () =>
        (await read()).flatMap((disk) =>
          (['read', 'write'] as const).map((direction): Row => [
            { disk_io_direction: direction, system_device: disk.device },
            disk[direction][figure],
          ]),
        ),
    })
  directed('system_disk_io_bytes_total', 'Bytes moved by disks', 'bytes')
  directed('system_disk_operations_total', 'Reads and writes that disks have done', 'operations')
  directed('system_disk_operation_time_seconds_total', 'Time that reads and writes took together', 'seconds')
  registerRows(registry, {
    kind: 'counter',
    name: 'system_disk_io_time_seconds_total',
    help: 'Time in which a disk was busy',
    labels: ['system_device'],
    read: async () => (await read()).map(({ device, busySeconds }): Row => [{ system_device: device }, busySeconds]),
  })
}

function registerFilesystems(registry: Registry, read: () => ReturnType<typeof readFilesystems>): void {
  registerRows(registry, {
    kind: 'gauge',
    name: 'system_filesystem_usage_bytes',
    help: 'File systems on disks, and the one that holds the data directory',
    labels: ['state', 'system_filesystem_mountpoint', 'system_device'],
    read: async () =>
      (await read()).flatMap(({ mountpoint, device, usedBytes, freeBytes }): Row[] => {
        const where = { system_filesystem_mountpoint: mountpoint, system_device: device }
        return [
          [{ state: 'used', ...where }, usedBytes],
          [{ state: 'free', ...where }, freeBytes],
        ]
      }),
  })
  registerRows(registry, {
    kind: 'gauge',
    name: 'system_filesystem_limit_bytes',
    help: 'Size of these file systems',
    labels: ['system_filesystem_mountpoint', 'system_device'],
    read: async () =>
      (await read()).map(({ mountpoint, device, usedBytes, freeBytes }): Row => [
        { system_filesystem_mountpoint: mountpoint, system_device: device },
        usedBytes + freeBytes,
      ]),
  })
}

function registerInterfaces(registry: Registry, read: () => Promise<InterfaceFigures[]>): void {
  const directed = (name: string, help: string, figure: 'bytes' | 'packets' | 'errors' | 'dropped'): void =>
    registerRows(registry, {
      kind: 'counter',
      name,
      help,
      labels: ['network_io_direction', 'network_interface_name'],
      read: async () =>
        (await read()).flatMap((one) =>
          (['receive', 'transmit'] as const).map((direction): Row => [
            { network_io_direction: direction, network_interface_name: one.name },
            one[direction][figure],
          ]),
        ),
    })
  directed('system_network_io_bytes_total', 'Bytes moved by network interfaces', 'bytes')
  directed('system_network_packets_total', 'Packets moved by network interfaces', 'packets')
  directed('system_network_errors_total', 'Packets that were damaged', 'errors')
  directed('system_network_dropped_total', 'Packets that were thrown away', 'dropped')
}

function registerProcesses(registry: Registry, read: ReturnType<typeof createProcessReader>): void {
  registerRead(registry, {
    kind: 'gauge',
    name: 'system_processes',
    help: 'Processes of the machine',
    label: 'state',
    read: async () => (await read()).states,
  })
  const ofTop = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    figure: 'processes' | 'cpuSeconds' | 'residentBytes' | 'openFiles',
  ): void =>
    registerRows(registry, {
      kind,
      name,
      help: `${help}, by name, of those that need most`,
      labels: ['process_executable_name'],
      read: async () =>
        (await read()).top.flatMap((group): Row[] => {
          const value = group[figure]
          return value === undefined ? [] : [[{ process_executable_name: group.name }, value]]
        }),
    })
  ofTop('counter', 'system_process_cpu_time_seconds_total', 'Processor time of processes', 'cpuSeconds')
  ofTop('gauge', 'system_process_memory_usage_bytes', 'Resident memory of processes', 'residentBytes')
  ofTop('gauge', 'system_process_open_file_descriptors', 'Open files of processes', 'openFiles')
  ofTop('gauge', 'system_process_count', 'Processes', 'processes')
}

interface PressureFile {
  resource: string
  read: () => Promise<ReturnType<typeof pressureOf>>
}

function registerPressure(registry: Registry, files: readonly PressureFile[]): void {
  const of = (name: string, help: string, figure: 'waitingSeconds' | 'stalledSeconds'): void =>
    registerRows(registry, {
      kind: 'counter',
      name,
      help,
      labels: ['resource'],
      read: () =>
        Promise.all(files.map(async ({ resource, read }): Promise<Row> => [{ resource }, (await read())[figure]])),
    })
  of('system_pressure_waiting_seconds_total', 'Time in which some work waited for the resource', 'waitingSeconds')
  of('system_pressure_stalled_seconds_total', 'Time in which all work waited for the resource', 'stalledSeconds')
}

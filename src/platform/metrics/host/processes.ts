import { readdir, readFile } from 'node:fs/promises'
import { processOf, type ProcessFigures } from './proc.ts'

/** All processes of one name together. */
export interface ProcessGroup {
  name: string
  processes: number
  /** Counts up, also when one of them ends. */
  cpuSeconds: number
  residentBytes: number
  /** Absent where this process may not look. */
  openFiles?: number
}

export interface ProcessTable {
  states: Record<string, number>
  /** The names that need most processor time or memory. */
  top: ProcessGroup[]
}

const topMax = 10
/** Names are what programs call themselves; one that makes up new ones all the time must not make new series. */
const namesMax = 200
const otherName = '_other'
const atOnce = 32
const openFilesProcessesMax = 50

interface Units {
  pageBytes: number
  ticksPerSecond: number
}

/** Reads every process; what each name used is added up from reading to reading. */
export function createProcessReader(
  procDir: string,
  { pageBytes, ticksPerSecond }: Units,
): () => Promise<ProcessTable> {
  let before = new Map<string, number>()
  const cpuSeconds = new Map<string, number>()
  const known = new Set<string>()
  const nameOf = (name: string): string => {
    if (known.size < namesMax) known.add(name)
    return known.has(name) ? name : otherName
  }

  return async () => {
    const processes = await readAll(procDir)
    const now = new Map(processes.map((process) => [keyOf(process), process.cpuTicks]))
    const used = new Map<string, number>()
    for (const process of processes) {
      const seconds = (process.cpuTicks - (before.get(keyOf(process)) ?? 0)) / ticksPerSecond
      used.set(process.name, (used.get(process.name) ?? 0) + seconds)
    }
    for (const [name, seconds] of used) cpuSeconds.set(name, (cpuSeconds.get(name) ?? 0) + seconds)
    for (const name of cpuSeconds.keys()) if (!used.has(name)) cpuSeconds.delete(name)
    before = now

    const groups = [...Map.groupBy(processes, ({ name }) => name)].map(([name, of]) => ({
      name,
      of,
      used: used.get(name)!,
      residentBytes: of.reduce((pages, { residentPages }) => pages + residentPages, 0) * pageBytes,
    }))
    const first = (key: 'used' | 'residentBytes') => groups.toSorted((a, b) => b[key] - a[key]).slice(0, topMax)
    const chosen = [...new Set([...first('used'), ...first('residentBytes')])]
    const top = await Promise.all(
      chosen.map(async ({ name, of, residentBytes }) => ({
        name: nameOf(name),
        processes: of.length,
        cpuSeconds: cpuSeconds.get(name)!,
        residentBytes,
        ...(await openFiles(procDir, of)),
      })),
    )
    return { states: countBy(processes), top: top.filter(({ name }) => name !== otherName) }
  }
}

const keyOf = ({ pid, startedAtTicks }: ProcessFigures): string => `${pid} ${startedAtTicks}`

function countBy(processes: readonly ProcessFigures[]): Record<string, number> {
  const counts: Record<string, number> = { running: 0, sleeping: 0, blocked: 0, zombie: 0, stopped: 0 }
  for (const { state } of processes) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

async function readAll(procDir: string): Promise<ProcessFigures[]> {
  const pids = (await readdir(procDir)).filter((name) => /^\d+$/.test(name))
  const processes: ProcessFigures[] = []
  // Not all at once: the threads that read files serve requests too.
  for (let at = 0; at < pids.length; at += atOnce) {
    const read = await Promise.all(pids.slice(at, at + atOnce).map((pid) => readOne(procDir, pid)))
    processes.push(...read.filter((process) => process !== undefined))
  }
  return processes
}

/** Undefined for one that ended meanwhile. */
const readOne = (procDir: string, pid: string): Promise<ProcessFigures | undefined> =>
  readFile(`${procDir}/${pid}/stat`, 'utf8').then(processOf, () => undefined)

async function openFiles(procDir: string, processes: readonly ProcessFigures[]): Promise<{ openFiles?: number }> {
  if (processes.length > openFilesProcessesMax) return {}
  const counts = await Promise.all(
    processes.map(({ pid }) =>
      readdir(`${procDir}/${pid}/fd`).then(
        ({ length }) => length,
        () => undefined,
      ),
    ),
  )
  const readable = counts.filter((count) => count !== undefined)
  return readable.length === 0 ? {} : { openFiles: readable.reduce((sum, count) => sum + count, 0) }
}

import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'
import type { LogBatch, LogStream } from '#platform/telemetry/logs/logs.ts'
import { persist } from '../deliver.ts'
import { saveJson } from '../saveJson.ts'
import { findBeside, FollowedFile, type Portion } from './file.ts'
import { loadState, type Position, type State } from './positions.ts'
import { filesMax, findFiles, type FileSource } from './source.ts'

const everyMs = 500
const scanEveryMs = 5 * secondMs
const roundBytesMax = 512 * 1024

/** How it goes with one source. */
export interface SourceState {
  name: string
  files: { path: string; position: number; size: number }[]
  problems: { path: string; problem: string }[]
  lines: number
  lastError: string | null
}

export interface FileCollector {
  /** From the next look on; positions of those that stay are kept. */
  set(sources: readonly FileSource[]): void
  states(): SourceState[]
  stop(): Promise<void>
}

interface Read {
  file: FollowedFile
  portion: Portion
}

type Parts = Pick<Platform, 'telemetry' | 'log' | 'now' | 'config'>

/**
 * Reads files as they grow and stores their lines. What is stored is counted as read only afterwards, and what was
 * perhaps stored when the process ended is sent again under the same id: no line is lost and none is stored twice.
 */
export async function createFileCollector({ telemetry, log: parent, now, config }: Parts): Promise<FileCollector> {
  const log = parent.child({ component: 'files' })
  const dataDir = await realpath(config.get('data_dir'))
  const logFile = config.get('log_file')
  const own = [dataDir, ...(logFile === undefined ? [] : [resolve(logFile)])]
  const statePath = join(dataDir, 'collection', 'files.json')
  const ending = new AbortController()
  const files = new Map<string, FollowedFile>()
  const lines = new Map<string, number>()
  const problems = new Map<string, Map<string, string>>()
  let sources: readonly FileSource[] = []
  /** Taken over between two looks, never while a part is on its way. */
  let wanted: readonly FileSource[] | undefined
  let state: State = await loadState(statePath)
  let dirty = false
  let scannedAt = Number.NEGATIVE_INFINITY
  let isFirstScan = true
  let lastError: string | null = null

  const sourceOf = (name: string): FileSource | undefined => sources.find((source) => source.name === name)
  const known = (key: string): Position | undefined => state.files[key]

  const follow = async (path: string, source: FileSource): Promise<FollowedFile | undefined> => {
    try {
      const file = await FollowedFile.open(path, source, known)
      const already = files.get(file.key)
      if (already) await file.close()
      else files.set(file.key, file)
      return already ?? file
    } catch (error) {
      problemsOf(source.name).set(path, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  const problemsOf = (name: string): Map<string, string> => {
    const known = problems.get(name) ?? new Map<string, string>()
    problems.set(name, known)
    return known
  }

  const scan = async (): Promise<void> => {
    const seen = new Set<string>()
    for (const source of sources) {
      const before = problems.get(source.name)
      const found = await findFiles(source, own)
      problems.set(source.name, found.problems)
      for (const [key, path] of found.files) {
        if (seen.has(key)) continue
        if (!files.has(key) && files.size >= filesMax) found.problems.set(path, `more than ${filesMax} files`)
        else if (!files.has(key)) await follow(path, source)
        seen.add(key)
        const file = files.get(key)
        if (file) file.path = path
      }
      for (const [path, problem] of found.problems)
        if (before?.get(path) !== problem) log.warn({ source: source.name, path, problem }, 'a file is not read')
    }
    for (const [key, file] of files) file.leaving = !seen.has(key)
    if (isFirstScan) await findRotated()
    isFirstScan = false
    for (const [key, { path }] of Object.entries(state.files))
      if (!files.has(key) && (await findBeside(path, key)) === undefined) forget(key)
  }

  /** Files that were put aside while nobody looked still hold what was not read of them. */
  const findRotated = async (): Promise<void> => {
    for (const [key, { path, source: name }] of Object.entries(state.files)) {
      const source = sourceOf(name)
      if (files.has(key) || !source) continue
      const moved = await findBeside(path, key)
      const file = moved === undefined ? undefined : await follow(moved, source)
      if (file) file.leaving = true
    }
  }

  const forget = (key: string): void => {
    delete state.files[key]
    dirty = true
  }

  /** What was under way when the process ended. */
  const recover = async (): Promise<void> => {
    const { pending } = state
    if (!pending) return
    const portions: Read[] = []
    for (const { key, from, to } of pending.parts) {
      const file = files.get(key)
      const portion = await file?.again(from, to)
      if (file && portion) portions.push({ file, portion })
    }
    await deliver(batchOf(pending.id, pending.at_ms, portions))
    commit(portions)
  }

  const deliver = async (batch: LogBatch): Promise<void> => {
    if (batch.streams.length === 0) return
    const { rejected } = await persist(() => telemetry.logs.append(batch, 'file'), {
      signal: ending.signal,
      onFailing: (error) => {
        lastError = error instanceof Error ? error.message : String(error)
        log.warn({ err: error }, 'lines of files are not stored and wait')
      },
    })
    lastError =
      rejected.length === 0 ? null : rejected.map(({ count, example }) => `${count} refused: ${example}`).join('; ')
  }

  const commit = (portions: readonly Read[]): void => {
    for (const { file, portion } of portions) {
      file.advance(portion)
      state.files[file.key] = file.position
      lines.set(file.source.name, (lines.get(file.source.name) ?? 0) + portion.events.length)
    }
    state = { ...state, pending: null }
    dirty = true
  }

  /** True when there may be more at once. */
  const round = async (): Promise<boolean> => {
    const portions: Read[] = []
    let bytes = 0
    for (const [key, file] of files) {
      const portion = await file.next()
      if (portion) {
        portions.push({ file, portion })
        bytes += portion.consumed
      } else if (file.isDone) {
        files.delete(key)
        forget(key)
        await file.close()
      }
      if (bytes >= roundBytesMax) break
    }
    if (portions.length === 0) return false
    // The one that was read first is the last to be read again: one that grows fast does not hold up the others.
    for (const { file } of portions) {
      files.delete(file.key)
      files.set(file.key, file)
    }
    const id = newId()
    const atMs = now()
    const parts = portions.map(({ file, portion }) => ({ key: file.key, from: portion.from, to: portion.to }))
    // Also where an inode is used again: what is read again after a crash is told apart by the position of now.
    for (const { file } of portions) state.files[file.key] = file.position
    state = { ...state, pending: { id, at_ms: atMs, parts } }
    await save()
    await deliver(batchOf(id, atMs, portions))
    commit(portions)
    return bytes >= roundBytesMax / 4
  }

  const save = async (): Promise<void> => {
    await persist(() => saveJson(statePath, state), {
      signal: ending.signal,
      onFailing: (error) => log.warn({ err: error }, 'positions of files are not kept'),
    })
    dirty = false
  }

  /** What a source reads goes on where its files were left, by its new rules. */
  const take = async (given: readonly FileSource[]): Promise<void> => {
    sources = given
    wanted = undefined
    scannedAt = Number.NEGATIVE_INFINITY
    const gone = [...files.values()].filter(({ source }) => !given.includes(source))
    for (const file of gone) {
      files.delete(file.key)
      await file.close()
    }
  }

  const look = async (): Promise<void> => {
    if (wanted) await take(wanted)
    if (performance.now() - scannedAt > scanEveryMs) {
      const isFirst = isFirstScan
      await scan()
      scannedAt = performance.now()
      if (isFirst) await recover()
    }
    while (!ending.signal.aborted && !wanted && (await round()));
    if (dirty) await save()
  }

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look().catch((error: unknown) => {
        if (ending.signal.aborted) return
        lastError = error instanceof Error ? error.message : String(error)
        log.warn({ err: error }, 'files were not read')
      })
      await delay(everyMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined)
    }
  }

  let running: Promise<void> | undefined
  return {
    set: (given) => {
      wanted = given
      if (given.length > 0) running ??= run()
    },
    states: () =>
      sources.map(({ name }) => ({
        name,
        files: [...files.values()]
          .filter(({ source, leaving }) => source.name === name && !leaving)
          .map(({ path, offset, size }) => ({ path, position: offset, size })),
        problems: [...(problems.get(name) ?? [])].map(([path, problem]) => ({ path, problem })),
        lines: lines.get(name) ?? 0,
        lastError,
      })),
    stop: async () => {
      ending.abort()
      await running
      await Promise.all([...files.values()].map((file) => file.close()))
    },
  }
}

function batchOf(id: string, atMs: number, portions: readonly Read[]): LogBatch {
  let timestampNs = BigInt(Math.round(atMs)) * 1_000_000n
  const streams = portions
    .filter(({ portion }) => portion.events.length > 0)
    .map(({ file, portion }): LogStream => ({
      labels: { service_name: file.source.name, filename: file.path, ...file.source.labels },
      entries: portion.events.map((line) => ({ timestampNs: timestampNs++, line })),
    }))
  return { id, streams }
}

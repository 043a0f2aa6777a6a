import { open, type FileHandle } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'

/** SQLite would begin at this size too (1,000 pages). */
const checkpointBytes = 4 * 1024 * 1024

/** Brings what SQLite has committed to the disk, beside the main thread: a disk that is busy takes tens of ms for it. */
export interface WalSync {
  /** Resolves when everything that is committed now is on disk. Those who ask meanwhile share the next time. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * For a database in WAL mode with `synchronous = NORMAL`: what a commit writes goes to its log, and is safe once that is
 * synchronised (https://sqlite.org/wal.html). The log carries no locks, so that it may be opened here a second time.
 */
export function createWalSync(file: string): WalSync {
  let log: Promise<FileHandle> | undefined
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let checkpoint: Promise<void> | undefined

  const syncNow = async (): Promise<void> => {
    const handle = await (log ??= open(`${file}-wal`, 'r+'))
    await handle.datasync()
    const { size } = await handle.stat()
    if (size > checkpointBytes) checkpoint ??= checkpointBeside(file).finally(() => (checkpoint = undefined))
  }

  const after = async (earlier: Promise<void>): Promise<void> => {
    await earlier.catch(() => undefined)
    next = undefined
    running = syncNow()
    return running
  }

  return {
    sync: () => (next ??= after(running)),
    close: async () => {
      await Promise.allSettled([running, checkpoint])
      await (await log?.catch(() => undefined))?.close()
    },
  }
}

/** One that fails is tried again at the next commit; SQLite's own limit holds besides. */
const checkpointBeside = (file: string): Promise<void> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('checkpointThread.ts', import.meta.url), {
      name: 'checkpoint',
      workerData: file,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    })
    worker.on('error', () => undefined)
    worker.on('exit', () => resolve())
  })

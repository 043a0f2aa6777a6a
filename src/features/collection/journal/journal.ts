import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as z from 'zod'
import { labelsKey } from '#platform/telemetry/labels.ts'
import { secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { LogBatch } from '#platform/telemetry/logs/logs.ts'
import { persist } from '../deliver.ts'
import { idle, type Part } from '../part.ts'
import { saveJson } from '../saveJson.ts'
import type { SourceView } from '../sources.ts'
import { parseEntry, type JournalEntry } from './entry.ts'

const program = 'journalctl'
const batchMax = 1_000
const gatherMs = 500
const againAfterMs = 5 * secondMs
/** An entry that is longer is no entry. */
const jsonLengthMax = 4 * 1_048_576

const kept = z.object({ cursor: z.string() })
const newestEntry = z.object({ __CURSOR: z.string() })

/** The journal of systemd, where there is one. */
export function createJournal(): Part {
  const view = idle('journal', 'journal')
  let isThere = false
  return {
    view: () => (isThere ? view : undefined),
    start: async (platform) => {
      view.enabled = platform.config.get('logs_journal')
      if (!view.enabled) return () => undefined
      // A journal that cannot be understood is no reason not to start.
      const newest = await newestCursor().catch((error: unknown) => {
        platform.log.child({ component: 'journal' }).warn({ err: error }, 'the journal is not read')
        return undefined
      })
      isThere = newest !== undefined
      return newest !== undefined ? follow(platform, view, newest) : () => undefined
    },
  }
}

/** Undefined where there is no journal. The program alone is not enough: in many containers it is there and has nothing to read. */
async function newestCursor(): Promise<string | undefined> {
  const args = ['--quiet', '--lines=1', '--output=json', '--no-pager']
  const said = await promisify(execFile)(program, args, { timeout: 5 * secondMs }).catch(() => undefined)
  if (said === undefined || said.stdout.trim() === '') return undefined
  const { __CURSOR: cursor } = newestEntry.parse(JSON.parse(said.stdout))
  return cursor
}

function follow({ config, telemetry, log: parent }: Platform, view: SourceView, newest: string): Stop {
  const log = parent.child({ component: 'journal' })
  const statePath = join(config.get('data_dir'), 'collection', 'journal.json')
  const ending = new AbortController()
  const { signal } = ending
  const failing = (error: unknown): void => {
    view.last_error = error instanceof Error ? error.message : String(error)
    log.warn({ err: error }, 'the journal is not stored and waits')
  }

  const store = async (entries: readonly JournalEntry[]): Promise<void> => {
    await persist(() => telemetry.logs.append(batchOf(entries), 'journal'), { signal, onFailing: failing })
    const { cursor } = entries.at(-1)!
    await persist(() => saveJson(statePath, { cursor }), { signal, onFailing: failing })
    view.lines_read += entries.length
    view.last_error = null
    view.items = [{ name: 'journal', position: cursor, size_bytes: null }]
    view.items_found = 1
  }

  /** Where it was left; the newest entry at the first start, for what was before is not ours to copy. */
  const position = async (): Promise<string> => {
    const cursor = await readFile(statePath, 'utf8').then(
      (text) => kept.parse(JSON.parse(text)).cursor,
      () => undefined,
    )
    if (cursor === undefined) await saveJson(statePath, { cursor: newest })
    return cursor ?? newest
  }

  /** Until the program ends; it is given no shell, and the cursor only as an argument of its own. */
  const readOnce = async (): Promise<void> => {
    const args = ['--output=json', '--follow', '--no-pager', '--quiet', '--all', `--after-cursor=${await position()}`]
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-500)))
    const ended = once(child, 'close')
    ended.catch(() => undefined)
    await readEntries(child.stdout.setEncoding('utf8'), store, (error) =>
      log.warn({ err: error }, 'an entry is unreadable'),
    )
    const [code] = (await ended) as [number | null]
    throw new Error(`${program} ended with ${code}${said === '' ? '' : `: ${said.trim()}`}`)
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await readOnce().catch((error: unknown) => {
        if (!signal.aborted) failing(error)
      })
      await delay(againAfterMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return async () => {
    ending.abort()
    await running
  }
}

/** Hands over entries as they come, some at a time; the program waits while they are stored. */
async function readEntries(
  output: AsyncIterable<string>,
  store: (entries: readonly JournalEntry[]) => Promise<void>,
  onUnreadable: (error: unknown) => void,
): Promise<void> {
  let rest = ''
  let waiting: JournalEntry[] = []
  let storing: Promise<void> | undefined
  let failure: unknown

  const storeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const portion = waiting.slice(0, batchMax)
      await store(portion)
      waiting = waiting.slice(portion.length)
    }
  }
  const storeSoon = (): Promise<void> =>
    (storing ??= delay(gatherMs, undefined, { ref: false })
      .then(storeAll)
      .catch((error: unknown) => void (failure = error))
      .finally(() => (storing = undefined)))

  for await (const chunk of output) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    if (rest.length > jsonLengthMax) rest = ''
    for (const line of lines) {
      try {
        const entry = line === '' ? undefined : parseEntry(line)
        if (entry) waiting.push(entry)
      } catch (error) {
        onUnreadable(error)
      }
    }
    if (waiting.length === 0) continue
    const soon = storeSoon()
    if (waiting.length >= batchMax) await soon
    if (failure) throw failure
  }
  await storing
  await storeAll()
}

/** The same entries have the same id. */
function batchOf(entries: readonly JournalEntry[]): LogBatch {
  const hash = createHash('sha256')
  for (const { cursor } of entries) hash.update(cursor)
  const streams = [...Map.groupBy(entries, ({ labels }) => labelsKey(labels)).values()].map((of) => ({
    labels: of[0]!.labels,
    entries: of.map(({ entry }) => entry),
  }))
  return { id: `journal ${hash.digest('base64')}`, streams }
}

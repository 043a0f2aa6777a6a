import { readFileSync, rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { api, open, startWorld } from '../../test/support/browser.ts'
import { heapOf, logsStatusOf } from '../../test/browser/measurePage.ts'
import { pushLines } from '../../test/support/pushLines.ts'
import { asService } from '../service.ts'
import { corpus, dayMs, writeCorpus } from '../logs/corpus.ts'

/**
 * What somebody waits for on the page of logs, in Chromium, with a million lines of the last 24 hours: a rare word, a
 * line on its way to the screen, and what the page holds after a long tail. Frame rates, completion and charts are told
 * by test/browser/logs.test.ts and test/browser/explore.test.ts.
 * `npm run build && MIKTOS_TEST_CHROMIUM=/usr/bin/chromium MIKTOS_TEST_MAIN=$PWD/dist/server/main.mjs node bench/console/main.ts [minutes of the tail]`
 */
const tailMinutes = Number(process.argv[2] ?? 60)
const lines = 1_000_000
const searches = 20
const latencies = 100
/** Beside which a line is on its way, and of the long tail: its buffer is full after a few minutes. */
const linesPerSecond = 500
const portionMs = 100

const note = (text: string): void => void process.stderr.write(`${text}\n`)
const at = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!
const told = (values: number[]): string =>
  `median ${at(values, 0.5).toFixed(0)}, p95 ${at(values, 0.95).toFixed(0)}, worst ${at(values, 1).toFixed(0)} ms`
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const fromMs = Date.now() - dayMs
const world = await startWorld({
  ...asService().env,
  MIKTOS_RATE_LIMIT_LOGS: '1000000',
  MIKTOS_RATE_LIMIT_PROTOCOL: '1000000',
})
try {
  // Unlike somebody who is logged in, a key lasts as long as the tail.
  const { key: token } = await api<{ key: string }>(world.admin, world.server.url, 'POST', '/me/api-keys', {
    name: 'sender',
    scopes: ['logs:write'],
  })
  await fill(token)
  const page = await world.admin.newPage()
  await search(page)
  await follow(page, token)
  await longTail(page, token)
} finally {
  await world.stop()
}

async function fill(token: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'miktos-bench-console-'))
  try {
    const bodies = join(dir, 'bodies')
    writeCorpus(lines, bodies, join(dir, 'lines'), fromMs)
    const startedAt = performance.now()
    const bytes = readFileSync(bodies)
    for (let offset = 0; offset < bytes.length;) {
      const end = offset + 4 + bytes.readUInt32LE(offset)
      await push(token, bytes.subarray(offset + 4, end))
      offset = end
    }
    note(`${lines} lines pushed in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function push(token: string, body: Uint8Array): Promise<void> {
  const reply = await fetch(`${world.server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(body),
  })
  if (reply.status !== 204) throw new Error(`Loki push: ${reply.status} ${await reply.text()}`)
}

/** Words that one line has, from all over the day. */
function rareWords(): string[] {
  const words: string[] = []
  let index = 0
  for (const { service, line } of corpus(lines, fromMs)) {
    const isDue = index++ >= ((words.length + 0.5) * lines) / searches
    if (isDue && service === 'gateway') words.push((JSON.parse(line) as { request_id: string }).request_id)
  }
  return words
}

async function search(page: Page): Promise<void> {
  await open(page, '/logs?live=0&from=now-24h')
  const found: Found[] = []
  for (const word of rareWords()) {
    await page.getByRole('textbox', { name: 'Filter', exact: true }).fill(word)
    await page.evaluate(watchSearch, word)
    await page.keyboard.press('Enter')
    found.push(await page.evaluate(() => (window as Watched).found!))
  }
  note(`search of a rare word among ${lines} lines of 24 h, ${found.length} times, from Enter to the screen:`)
  note(`  its line ${told(found.map(({ lineMs }) => lineMs))}`)
  note(`  the histogram of it ${told(found.map(({ volumeMs }) => volumeMs))}`)
}

interface Found {
  lineMs: number
  volumeMs: number
}

interface Watched extends Window {
  found?: Promise<Found>
}

/** Runs in the page: after Enter, when a frame first shows the only line that has the word, and its histogram. */
function watchSearch(word: string): void {
  /** Of the levels that have lines. */
  const bars = (): string[] =>
    [...document.querySelectorAll('figure svg path')].map((path) => path.getAttribute('d')!).filter(Boolean)
  const before = bars().join()
  const hasLine = (): boolean => {
    const rows = [...document.querySelectorAll('[role="log"] [data-row]')]
    return rows.length === 1 && rows[0]!.textContent.includes(word)
  }
  const { promise, resolve } = Promise.withResolvers<Found>()
  const shown: Partial<Found> = {}
  const look = (enterAt: number): void => {
    const sinceMs = performance.now() - enterAt
    if (hasLine()) shown.lineMs ??= sinceMs
    if (bars().length === 1 && bars().join() !== before) shown.volumeMs ??= sinceMs
    const { lineMs, volumeMs } = shown
    if (lineMs !== undefined && volumeMs !== undefined) resolve({ lineMs, volumeMs })
    else requestAnimationFrame(() => look(enterAt))
  }
  addEventListener('keydown', () => look(performance.now()), { capture: true, once: true })
  ;(window as Watched).found = promise
}

/** Lines of one service, as many a second as `linesPerSecond`, until it is told to stop. */
async function flowing(token: string, service: string, signal: AbortSignal): Promise<void> {
  const beganMs = performance.now()
  for (let sent = 0; !signal.aborted;) {
    const due = Math.floor(((performance.now() - beganMs) / 1_000) * linesPerSecond) - sent
    const texts = Array.from({ length: due }, (_none, index) => `level=info msg="request ${sent + index} finished"`)
    if (due > 0)
      await pushLines(
        world.server.url,
        token,
        texts.map((line) => ({ atMs: Date.now(), service, line })),
      )
    sent += due
    await delay(portionMs)
  }
}

async function follow(page: Page, token: string): Promise<void> {
  await open(page, '/logs?q=service:quick')
  await page.getByText('following').waitFor()
  const stop = new AbortController()
  const beside = flowing(token, 'beside', stop.signal)
  const tookMs: number[] = []
  for (let index = 0; index < latencies; index++) {
    const line = `quick ${index} end`
    const shown = page.evaluate(watchLine, line)
    const atMs = Date.now()
    await pushLines(world.server.url, token, [{ atMs, service: 'quick', line }])
    tookMs.push((await shown) - atMs)
    // Not in step with the portions in which lines are sent to the page.
    await delay(37 * (index % 7))
  }
  stop.abort()
  await beside
  note(`a line from its sender to the screen, beside ${linesPerSecond} others a second: ${told(tookMs)}`)
}

/** Runs in the page: the time of the day at the first frame in which the text is there. */
function watchLine(text: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelector('[role="log"]')?.textContent.includes(text)) resolve(Date.now())
      else requestAnimationFrame(look)
    }
    look()
  })
}

async function longTail(page: Page, token: string): Promise<void> {
  await open(page, '/logs?q=service:long')
  await page.getByText('following').waitFor()
  const stop = new AbortController()
  const flow = flowing(token, 'long', stop.signal)
  const heaps = [await heapOf(page)]
  let status = await logsStatusOf(page)
  note(`tail of ${linesPerSecond} lines a second; heap before ${megabytes(heaps[0]!)}`)
  for (let minute = 1; minute <= tailMinutes; minute++) {
    await delay(60_000)
    heaps.push(await heapOf(page))
    status = await logsStatusOf(page)
    if (minute % 5 === 0 || minute === tailMinutes) {
      note(`  ${minute} min: ${megabytes(heaps.at(-1)!)}, ${status.buffered} buffered, ${status.dropped} dropped`)
    }
  }
  stop.abort()
  await flow
  note(`  most at once ${megabytes(Math.max(...heaps))}`)
}

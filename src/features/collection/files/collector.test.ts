import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Telemetry } from '#platform/telemetry/telemetry.ts'
import { startApp } from '../../../../test/support/app.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { startServer } from '../../../../test/support/server.ts'
import { until } from '../../../../test/support/until.ts'
import { createFileCollector, type FileCollector } from './collector.ts'
import { startTest, type FileSource } from './source.ts'

const app = await startApp()

interface Found {
  rows: { line: string; labels: Record<string, string> }[]
  total: { count: number; exact: boolean }
}

/** The clock of the tests stands still; that of the files does not. */
const span = {
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 3_600_000).toISOString(),
}

const search = async (query: string): Promise<Found> =>
  (await app.admin('POST', '/api/v1/logs/search', { query, ...span, limit: 5_000, direction: 'forward' })).json()
const linesOf = async (name: string): Promise<string[]> =>
  (await search(`service:${name}`)).rows.map(({ line }) => line)

let made = 0
/** A source of `*.log` in a folder of its own. */
function folderSource(more: Partial<FileSource> = {}): { dir: string; file: string; source: FileSource; name: string } {
  const dir = temporaryFolder()
  const name = `source${++made}`
  return { dir, name, file: join(dir, 'app.log'), source: { name, pattern: join(dir, '*.log'), labels: {}, ...more } }
}

async function collect(source: FileSource, telemetry: Pick<Telemetry, 'logs'> = app.app.platform.telemetry) {
  const { config, log } = app.app.platform
  const platform = { ...app.app.platform, telemetry: { ...app.app.platform.telemetry, ...telemetry } }
  const collector = await createFileCollector({ ...platform, config, log, now: Date.now })
  after(() => collector.stop())
  collector.set([source])
  return collector
}

const stateOf = (collector: FileCollector) => collector.states()[0]!

describe('files', { concurrency: false }, () => {
  test('are read from their beginning and as they grow, a last line once it is complete', async () => {
    const { file, source, name } = folderSource({ labels: { env: 'prod' } })
    writeFileSync(file, 'ERROR one\ntwo\nthr')
    const collector = await collect(source)
    await until('two lines', async () => (await linesOf(name)).length === 2)
    appendFileSync(file, 'ee\n')
    await until('three lines', async () => (await linesOf(name)).length === 3)
    assert.deepEqual(await linesOf(name), ['ERROR one', 'two', 'three'])
    const { rows } = await search(`service:${name} level:error`)
    assert.deepEqual(rows[0]?.labels, { env: 'prod', filename: file, service_name: name })
    assert.deepEqual(stateOf(collector).files, [{ path: file, position: 20, size: 20 }])
    assert.equal(stateOf(collector).lines, 3)
    await collector.stop()
  })

  test('that are renamed are read to their end, and the new one from its beginning', async () => {
    const { file, source, name } = folderSource()
    writeFileSync(file, 'a1\n')
    const collector = await collect(source)
    await until('the first line', async () => (await linesOf(name)).length === 1)
    renameSync(file, `${file}.1`)
    appendFileSync(`${file}.1`, 'a2 late\n')
    writeFileSync(file, 'b1\n')
    await until('all lines', async () => (await linesOf(name)).length === 3)
    assert.deepEqual((await linesOf(name)).toSorted(), ['a1', 'a2 late', 'b1'])
    await collector.stop()
  })

  test('that are copied and emptied are read anew, also when they soon grow beyond where they were', async () => {
    const { file, source, name } = folderSource()
    writeFileSync(file, 'old 1\nold 2\n')
    const collector = await collect(source)
    await until('two lines', async () => (await linesOf(name)).length === 2)
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
    appendFileSync(file, 'fresh 1\nfresh 2\nfresh 3\n')
    await until('five lines', async () => (await linesOf(name)).length === 5)
    assert.deepEqual(await linesOf(name), ['old 1', 'old 2', 'fresh 1', 'fresh 2', 'fresh 3'])
    await collector.stop()
  })

  test('that grew, were rotated or went away while nobody looked lose no line and repeat none', async () => {
    const { dir, file, source, name } = folderSource()
    const gone = join(dir, 'gone.log')
    writeFileSync(file, 'a1\n')
    writeFileSync(gone, 'g1\n')
    const first = await collect(source)
    await until('two lines', async () => (await linesOf(name)).length === 2)
    await first.stop()
    appendFileSync(file, 'a2\n')
    renameSync(file, `${file}.1`)
    writeFileSync(file, 'b1\n')
    rmSync(gone)
    const second = await collect(source)
    await until('four lines', async () => (await linesOf(name)).length >= 4)
    await second.stop()
    assert.deepEqual((await linesOf(name)).toSorted(), ['a1', 'a2', 'b1', 'g1'])
    const kept = JSON.parse(
      readFileSync(join(app.app.platform.config.get('data_dir'), 'collection/files.json'), 'utf8'),
    )
    assert.ok(!JSON.stringify(kept).includes('gone.log'))
  })

  test('entries of several lines stay together', async () => {
    const { file, source, name } = folderSource({ isStart: startTest(String.raw`^\d+ `) })
    writeFileSync(file, '1 boom\n  at here\n  at there\n2 fine\n')
    const collector = await collect(source)
    await until('both entries', async () => (await linesOf(name)).length === 2)
    assert.deepEqual(await linesOf(name), ['1 boom\n  at here\n  at there', '2 fine'])
    await collector.stop()
  })

  test('of hostile names are read; links, pipes and what is our own are told instead', async () => {
    const { dir, source, name } = folderSource()
    const odd = ['new\nline.log', '{a,b}*.log', '"quoted" ’ü.log', '-rf.log']
    for (const file of odd) writeFileSync(join(dir, file), `in ${JSON.stringify(file)}\n`)
    symlinkSync('/etc/hostname', join(dir, 'link.log'))
    mkdirSync(join(dir, 'folder.log'))
    assert.equal(spawnSync('mkfifo', [join(dir, 'pipe.log')]).status, 0)
    const collector = await collect(source)
    await until('a line of each', async () => (await linesOf(name)).length === odd.length)
    const { rows } = await search(`service:${name}`)
    assert.deepEqual(new Set(rows.map(({ labels }) => labels['filename'])), new Set(odd.map((file) => join(dir, file))))
    assert.deepEqual(
      stateOf(collector).problems.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: join(dir, 'link.log'), problem: 'a symbolic link; name the file that it leads to' },
        { path: join(dir, 'pipe.log'), problem: 'not a regular file' },
      ],
    )
    await collector.stop()

    const ours = await collect({ ...source, pattern: join(app.app.platform.config.get('data_dir'), '**/*.json') })
    await until('a refusal', () => stateOf(ours).problems.length > 0)
    assert.equal(stateOf(ours).problems[0]!.problem, 'belongs to Miktos itself')
    await ours.stop()
  })

  test('whose lines were stored when nobody came to note it are not stored twice', async () => {
    const { file, source, name } = folderSource()
    writeFileSync(file, 'one\ntwo\n')
    const { logs } = app.app.platform.telemetry
    let stored = 0
    const forgetful = await collect(source, {
      logs: {
        ...logs,
        append: async (batch, source) => {
          stored += (await logs.append(batch, source)).stored
          throw new Error('the answer was lost')
        },
      },
    })
    await until('they are stored', () => stored === 2)
    await forgetful.stop()
    appendFileSync(file, 'three\n')
    const collector = await collect(source)
    await until('the third line', async () => (await linesOf(name)).includes('three'))
    assert.deepEqual(await linesOf(name), ['one', 'two', 'three'])
    await collector.stop()
  })

  test('with 100,000 lines that wait are read in parts, each line once', async () => {
    const { file, source, name } = folderSource()
    const line = (number: number): string => `${number} ${'x'.repeat(190)}\n`
    writeFileSync(file, Array.from({ length: 100_000 }, (_, number) => line(number)).join(''))
    const { logs } = app.app.platform.telemetry
    let largest = 0
    const collector = await collect(source, {
      logs: {
        ...logs,
        append: (batch, source) => {
          largest = Math.max(
            largest,
            batch.streams.reduce((sum, { entries }) => sum + entries.length, 0),
          )
          return logs.append(batch, source)
        },
      },
    })
    await until('all of them', async () => (await search(`service:${name}`)).total.count >= 100_000, 60_000)
    assert.equal((await search(`service:${name}`)).total.count, 100_000)
    assert.ok(largest <= 3_000, `${largest} lines at once`)
    await collector.stop()
  })
})

test('a server that is killed while it reads loses no line and stores none twice', async () => {
  const dataDir = temporaryFolder()
  const logs = temporaryFolder()
  const total = 40_000
  for (const part of [0, 1])
    writeFileSync(
      join(logs, `${part}.log`),
      Array.from({ length: total / 2 }, (_, number) => `${part}-${number} ${'y'.repeat(150)}\n`).join(''),
    )
  const env = {
    MIKTOS_RATE_LIMIT_LOGS: '1000000',
    MIKTOS_LOGS_OWN: 'false',
    MIKTOS_LOGS_JOURNAL: 'false',
    MIKTOS_LOGS_DOCKER: 'false',
  }
  let counted = 0
  for (let round = 0; counted < total && round < 12; round++) {
    const server = await startServer({ dataDir, env })
    const headers = { authorization: `Bearer ${await server.login()}`, 'content-type': 'application/json' }
    if (round === 0) {
      const body = JSON.stringify({ files: [{ name: 'killed', path: join(logs, '*.log') }] })
      const reply = await fetch(`${server.url}/api/v1/logs/sources`, { method: 'PUT', headers, body })
      assert.equal(reply.status, 200, await reply.text())
    }
    const count = async (): Promise<number> => {
      const body = JSON.stringify({ query: 'service:killed', limit: 1 })
      const reply = await fetch(`${server.url}/api/v1/logs/search`, { method: 'POST', headers, body })
      return ((await reply.json()) as Found).total.count
    }
    const before = counted
    await until('more lines', async () => (counted = await count()) > before || counted >= total, 30_000)
    server.process.kill('SIGKILL')
    await server.exited
  }
  const last = await startServer({ dataDir, env })
  const headers = { authorization: `Bearer ${await last.login()}`, 'content-type': 'application/json' }
  const query = async (text: string): Promise<number> => {
    const body = JSON.stringify({ query: text, limit: 1 })
    const reply = await fetch(`${last.url}/api/v1/logs/search`, { method: 'POST', headers, body })
    return ((await reply.json()) as Found).total.count
  }
  await until('all lines', async () => (await query('service:killed')) >= total, 30_000)
  const read = async (): Promise<{ name: string; size_bytes: number; position: string }[]> => {
    const reply = await fetch(`${last.url}/api/v1/logs/sources`, { headers })
    const { sources } = (await reply.json()) as {
      sources: { name: string; items: { name: string; size_bytes: number; position: string }[] }[]
    }
    return sources.find(({ name }) => name === 'killed')!.items
  }
  await until('both files at their end', async () => {
    const items = await read()
    return items.length === 2 && items.every(({ position, size_bytes }) => position === String(size_bytes))
  })
  assert.equal(await query('service:killed'), total)
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { until } from '../../../../test/support/until.ts'
import { own } from './ownership.ts'
import { lazyThread, ownBytes, startThread } from './thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'miktos-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const log = pino({ level: 'silent' })
const methods = {
  double: (value: number) => value * 2,
  sum: (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0),
  fail: () => undefined as never,
  break: () => undefined as never,
  wait: () => undefined as never,
  count: (_to: number) => 0,
  die: () => undefined as never,
  compileCacheDir: () => undefined as string | undefined,
}

/** A thread whose entry imports `serve` from here. */
const entry = join(folder, 'entry.ts')
writeFileSync(
  entry,
  `import { getCompileCacheDir } from 'node:module'
import { Handover, serve, warn } from ${JSON.stringify(join(import.meta.dirname, 'serve.ts'))}
import { AppError } from ${JSON.stringify(join(import.meta.dirname, '../../../kernel/errors.ts'))}
serve({
  double: (value) => value * 2,
  sum: (bytes) => bytes.reduce((sum, byte) => sum + byte, 0),
  fail: () => { throw new AppError('CONFLICT', 'Not twice', { twice: true }) },
  break: () => { throw new Error('a fault of ours') },
  wait: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => { warn('gave up'); reject(signal.reason) })),
  count: (to, { emit }) => { for (let at = 1; at <= to; at++) emit(at); return to },
  die: () => process.exit(1),
  compileCacheDir: () => getCompileCacheDir(),
}, async () => {})
`,
)

const start = () =>
  startThread<typeof methods>(pathToFileURL(entry), { name: 'test', data: () => ({}), log, heapMbMax: 64 })

describe('a thread', () => {
  test('answers calls, hands errors over as they were, and takes buffers', async () => {
    const thread = await start()
    assert.equal(await thread.call('double', 21), 42)
    const bytes = Uint8Array.of(1, 2, 3)
    assert.equal(await thread.call('sum', bytes, { transfer: [bytes.buffer] }), 6)
    assert.equal(bytes.byteLength, 0)
    await assert.rejects(thread.call('fail', undefined as never), {
      name: 'AppError',
      code: 'CONFLICT',
      details: { twice: true },
    })
    await assert.rejects(thread.call('break', undefined as never), { name: 'Error', message: 'a fault of ours' })
    const seen: unknown[] = []
    assert.equal(await thread.call('count', 3, { onEmit: (value) => seen.push(value) }), 3)
    assert.deepEqual(seen, [1, 2, 3])
    await thread.close()
  })

  test('keeps what it compiled where the process does', async () => {
    enableCompileCache(join(folder, 'compiled'))
    const thread = await start()
    assert.equal(await thread.call('compileCacheDir', undefined as never), getCompileCacheDir())
    await thread.close()
  })

  test('is told when a caller leaves or its time is over', async () => {
    const told: string[] = []
    const thread = await startThread<typeof methods>(pathToFileURL(entry), {
      name: 'test',
      data: () => ({}),
      log: pino({ level: 'warn' }, { write: (line) => void told.push(line) }),
      heapMbMax: 64,
    })
    const leaving = new AbortController()
    const waiting = thread.call('wait', undefined as never, { signal: leaving.signal })
    leaving.abort(new Error('gone'))
    await assert.rejects(waiting, { message: 'gone' })
    await assert.rejects(thread.call('wait', undefined as never, { timeoutMs: 10 }), { code: 'QUERY_TIMEOUT' })
    await until('both calls ended there', () => told.length === 2)
    await assert.rejects(thread.call('wait', undefined as never, { signal: leaving.signal }), { message: 'gone' })
    await thread.close()
  })

  test('that dies fails what was under way and starts again', async () => {
    const thread = await start()
    await assert.rejects(thread.call('die', undefined as never), { code: 'UPSTREAM_UNAVAILABLE' })
    await until('it runs again', () => thread.state().running)
    assert.equal(await thread.call('double', 2), 4)
    assert.equal(thread.state().restarts, 1)
    await thread.close()
    await assert.rejects(thread.call('double', 2), { code: 'UPSTREAM_UNAVAILABLE' })
  })

  test('that is lazy starts at the first call, and is tried again when it could not start', async () => {
    let tries = 0
    const thread = lazyThread(() => (++tries === 1 ? Promise.reject(new Error('not yet')) : start()))
    assert.equal(thread.state().running, false)
    await assert.rejects(thread.call('double', 1), { message: 'not yet' })
    assert.equal(await thread.call('double', 1), 2)
    assert.equal(tries, 2)
    await thread.close()
  })
})

test('a folder has one owner', async () => {
  const dir = join(folder, 'owned')
  const disown = await own(dir, 'test')
  const second = own(dir, 'test')
  disown()
  ;(await second)()
})

test('bytes that stand in memory of others are copied, their own are not', () => {
  const whole = new Uint8Array(10_000)
  assert.equal(ownBytes(whole).buffer, whole.buffer)
  assert.notEqual(ownBytes(whole.subarray(1)).buffer, whole.buffer)
  assert.equal(ownBytes(Buffer.alloc(0)).byteLength, 0)
})

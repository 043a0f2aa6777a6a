import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { settingKeys, settingOf } from '#platform/config/settings.ts'
import { flagName } from '#platform/config/flags.ts'
import { miktos, startCli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { freePort } from '../../test/support/port.ts'
import { until } from '../../test/support/until.ts'

/** Standard output and error of a server, and how often it was ready. */
function watched(server: ChildProcess): { text(): string; starts(): number } {
  after(() => server.kill('SIGKILL'))
  let text = ''
  for (const stream of [server.stdout!, server.stderr!])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { text: () => text, starts: () => text.split('is ready at').length - 1 }
}

const readyMs = 60_000

describe('miktos serve', () => {
  test('is what settings alone mean; it listens where they say and ends in order at Ctrl-C', async () => {
    const port = await freePort()
    const server = startCli(['--port', String(port), '--data-dir', temporaryFolder()])
    const output = watched(server)
    const link = new RegExp(`http://127\\.0\\.0\\.1:${port}/setup\\?token=`)
    await until('the server is ready and says how to set it up', () => link.test(output.text()), readyMs)
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200)
    server.kill('SIGINT')
    assert.deepEqual(await once(server, 'exit'), [0, null])
  })

  test('1 and the way on when the port is taken', async () => {
    const port = String(await freePort())
    const first = startCli(['serve', '--port', port, '--data-dir', temporaryFolder()])
    const output = watched(first)
    await until('the first server is ready', () => output.starts() === 1, readyMs)
    const second = await miktos(['serve', '--port', port, '--data-dir', temporaryFolder()])
    assert.deepEqual([second.code, /something listens there already/.test(second.stderr)], [1, true])
  })

  test('78 with all problems, and nothing is started', async () => {
    const { code, stderr } = await miktos(['--port', '70000', '--rate-limit', 'many', '--prot', '1'])
    assert.equal(code, 78)
    assert.match(stderr, /3 problems/)
    assert.match(stderr, /did you mean "--port"/)
  })

  test('75 while its database cannot be reached, so that a supervisor tries again', async () => {
    const url = `postgresql://miktos:secret@127.0.0.1:${await freePort()}/miktos`
    const { code, stderr } = await miktos(['serve', '--database-url', url, '--data-dir', temporaryFolder()])
    assert.deepEqual(
      [code, /The database cannot be reached/.test(stderr), stderr.includes('secret@')],
      [75, true, false],
    )
  })

  test('--help lists every setting, and for a secret its variable instead of a flag', async () => {
    const { code, stdout } = await miktos(['serve', '--help'])
    assert.equal(code, 0)
    for (const key of settingKeys) {
      const name = settingOf(key).secret === true ? `MIKTOS_${key.toUpperCase()}` : `--${flagName(key)}`
      assert.ok(stdout.includes(`  ${name} `) || stdout.includes(`  ${name}\n`), name)
    }
  })

  test('--reload starts it again when a source file changes, with the same flags, and ends both at once', async () => {
    const port = await freePort()
    const server = startCli(['serve', '--reload', '--port', String(port), '--data-dir', temporaryFolder()])
    const output = watched(server)
    await until('the server is ready', () => output.starts() === 1, readyMs)
    const now = new Date()
    utimesSync(join(import.meta.dirname, 'serve.ts'), now, now)
    await until('the server is ready again', () => output.starts() === 2, readyMs)
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200)
    server.kill('SIGTERM')
    await once(server, 'exit')
    await until('nobody listens any more', async () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        () => false,
        () => true,
      ),
    )
  })
})

test('bin/miktos.mjs runs on the Node that starts it or finds a newer one, and passes the exit code on', async () => {
  const run = async (...args: string[]): Promise<unknown> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/miktos.mjs'), ...args], {
      stdio: 'ignore',
    })
    const [code] = await once(child, 'exit')
    return code
  }
  assert.deepEqual([await run('version'), await run('nonsense')], [0, 2])
})

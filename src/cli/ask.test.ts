import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../test/support/folder.ts'
import { startServer } from '../../test/support/server.ts'
import { until } from '../../test/support/until.ts'

const withoutTerminal = spawnSync('script', ['--version']).error
  ? 'install bsdutils, whose script makes a terminal'
  : false

/** `miktos ARGS` on a terminal where somebody waits for each question and types the answer. */
async function conversation(
  args: string[],
  answers: [question: RegExp, answer: string][],
  home: string,
): Promise<{ code: number; screen: string }> {
  const command = [process.execPath, join(import.meta.dirname, 'main.ts'), ...args].join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  const ended = once(child, 'exit')
  for (const [question, answer] of answers) {
    await until(`it asks ${question}`, () => question.test(screen), 30_000)
    child.stdin.write(`${answer}\r`)
  }
  const [code] = (await ended) as [number]
  return { code, screen }
}

describe('on a terminal', { skip: withoutTerminal }, () => {
  test('a login is asked for, and the password never shows', async () => {
    const [dataDir, home] = [temporaryFolder(), temporaryFolder()]
    const server = await startServer({ dataDir })
    const { code, screen } = await conversation(
      ['login', '--url', server.url],
      [
        [/Username or e-mail address: /, 'admin'],
        [/Password: /, 'a phrase of this server'],
      ],
      home,
    )
    assert.equal(code, 0, screen)
    assert.equal(screen.includes('a phrase of this server'), false)

    const wrong = await conversation(['users', 'delete', 'admin'], [[/Type admin to go on: /, 'nobody']], home)
    assert.deepEqual([wrong.code, /nothing was changed/.test(wrong.screen)], [2, true])
  })
})

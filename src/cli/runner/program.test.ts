import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import { startProgram, type Program } from './program.ts'

interface Started extends Program {
  wrote(): string
}

async function start(script: string, args: string[] = []): Promise<Started> {
  let text = ''
  const program = await startProgram({
    argv: ['/bin/sh', '-c', script, 'sh', ...args],
    variables: { MIKTOS_COMMAND_ID: 'x' },
    env: { PATH: process.env['PATH'], MIKTOS_TOKEN: 'secret' },
    onOutput: (_stream, piece) => (text += piece),
    input: true,
  })
  return { ...program, wrote: () => text }
}

describe('a program of a command', () => {
  test('sees little of the environment of the runner', async () => {
    const program = await start('env')
    assert.deepEqual(await program.ended, { code: 0, signal: null })
    assert.match(program.wrote(), /MIKTOS_COMMAND_ID=x/)
    assert.doesNotMatch(program.wrote(), /secret/)
  })

  test('that does not listen is made to end, with all it started', async () => {
    const program = await start(
      'trap "" TERM; (trap "" TERM; while true; do sleep 1; done) & echo $!; while true; do sleep 1; done',
    )
    await until('it has told its child', () => program.wrote().endsWith('\n'))
    program.end()
    assert.deepEqual(await program.ended, { code: null, signal: 'SIGKILL' })
    await until('the child is gone', () => !isRunning(Number(program.wrote())))
  })

  test('what it leaves running is ended after it', async () => {
    const program = await start('sleep 600 & echo $!')
    assert.deepEqual(await program.ended, { code: 0, signal: null })
    await until('what it left is gone', () => !isRunning(Number(program.wrote())))
  })

  test('bytes that are no UTF-8 do no harm, and a character in two writes stays one', async () => {
    const program = await start(String.raw`printf '\303'; sleep 0.3; printf '\274\377'`)
    await program.ended
    assert.equal(program.wrote(), 'ü�')
  })

  test('that cannot be started is an error', async () => {
    const options = { variables: {}, env: {}, onOutput: () => undefined }
    for (const argv of [['/nonexistent/program'], ['/bin/echo', 'a\0b'], ['/bin/echo', 'x'.repeat(3_000_000)]])
      await assert.rejects(startProgram({ ...options, argv: argv as [string] }), Error)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

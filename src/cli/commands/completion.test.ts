import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { miktos } from '../../../test/support/cli.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'

test('bash completes commands, their subcommands and options, and settings of serve', async () => {
  const { stdout } = await miktos(['completion', 'bash'])
  const complete = (...words: string[]): string[] => {
    const script = `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _miktos; printf '%s\\n' "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', script, 'bash', 'miktos', ...words], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
  }
  assert.deepEqual(complete('us'), ['users'])
  assert.deepEqual(complete('users', 'set'), ['set-role'])
  assert.ok(complete('users', 'delete', '--').includes('--transfer-projects'))
  assert.deepEqual(complete('serve', '--server-p'), ['--server-port'])
  assert.deepEqual(complete('--json', 'audit', 'ver'), ['verify'])
})

test('the scripts for zsh and fish name every command, and those of the two that are installed can read theirs', async () => {
  for (const shell of ['zsh', 'fish']) {
    const { stdout } = await miktos(['completion', shell])
    assert.ok(stdout.includes('miktos users') && stdout.includes('set-role'), shell)
    const file = join(temporaryFolder(), shell)
    writeFileSync(file, stdout)
    const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    if (!error) assert.equal(status, 0, stderr)
  }
})

test('2 for another shell', async () => {
  assert.equal((await miktos(['completion', 'tcsh'])).code, 2)
})

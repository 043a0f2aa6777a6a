import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { miktos } from '../../../test/support/cli.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { startServer } from '../../../test/support/server.ts'

const dataDir = temporaryFolder()
const server = await startServer({ dataDir })
const folder = temporaryFolder()
const [file, passphrase] = [join(folder, 'miktos.backup'), join(folder, 'passphrase')]
writeFileSync(passphrase, 'a long phrase kept elsewhere\n')

describe('miktos backup', () => {
  test('writes a file only its owner can read, from a running server', async () => {
    const { code, stderr } = await miktos(['backup', file, '--passphrase-file', passphrase, '--data-dir', dataDir])
    assert.equal(code, 0, stderr)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(existsSync(`${file}.partial`), false)
  })

  test('5 when there is such a file already, 2 for a short passphrase, and then no file is left', async () => {
    assert.equal((await miktos(['backup', file, '--passphrase-file', passphrase, '--data-dir', dataDir])).code, 5)
    const other = join(folder, 'other.backup')
    assert.equal(
      (await miktos(['backup', other, '--passphrase-file', '-', '--data-dir', dataDir], { input: 'short' })).code,
      2,
    )
    assert.equal((await miktos(['backup', other, '--data-dir', dataDir])).code, 2)
    assert.deepEqual([existsSync(other), existsSync(`${other}.partial`)], [false, false])
  })

  test('over the network it is the same file; without encryption it is refused there', async () => {
    const env = { MIKTOS_URL: server.url, MIKTOS_TOKEN: await server.login() }
    const remote = join(folder, 'remote.backup')
    const { code, stdout } = await miktos(['backup', remote, '--passphrase-file', passphrase, '--json'], { env })
    assert.equal(code, 0)
    assert.equal(JSON.parse(stdout).bytes, statSync(remote).size)
    assert.equal((await miktos(['backup', join(folder, 'open.backup'), '--no-encrypt'], { env })).code, 2)
  })
})

describe('miktos restore', () => {
  const target = join(temporaryFolder(), 'data')
  const restore = (...args: string[]) =>
    miktos(['restore', file, '--passphrase-file', passphrase, '--data-dir', target, ...args])

  test('--dry-run checks the file and changes nothing', async () => {
    const { code, stderr } = await restore('--dry-run')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /The file is whole: \d+ rows/)
    assert.equal(existsSync(target), false)
  })

  test('fills an empty folder and verifies the audit log it brought', async () => {
    const { code, stdout, stderr } = await restore()
    assert.equal(code, 0, stderr)
    assert.match(stdout, /Unbroken/)
    assert.match((await miktos(['users', 'list', '--data-dir', target])).stdout, /admin@example\.com/)
  })

  test('5 where there is data; with --force it needs the name of the database once more, and puts the old one aside', async () => {
    assert.equal((await restore()).code, 5)
    const unsure = await restore('--force')
    assert.deepEqual([unsure.code, /--confirm=miktos\.db/.test(unsure.stderr)], [2, true])
    const { code, stderr } = await restore('--force', '--confirm', 'miktos.db')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /Put aside: .*miktos\.db\.replaced-/)
  })

  test('5 while a server has the database open', async () => {
    const { code, stderr } = await miktos([
      'restore',
      file,
      '--passphrase-file',
      passphrase,
      '--data-dir',
      dataDir,
      '--force',
      '--confirm',
      'miktos.db',
    ])
    assert.deepEqual([code, /stop it first/.test(stderr)], [5, true])
  })

  test('1 for another passphrase and for a damaged file, 3 for none', async () => {
    const place = ['--data-dir', join(temporaryFolder(), 'data')]
    assert.equal(
      (await miktos(['restore', file, '--passphrase-file', '-', ...place], { input: 'another long phrase' })).code,
      1,
    )
    const damaged = join(folder, 'damaged.backup')
    writeFileSync(damaged, readFileSync(file).subarray(0, -100))
    assert.equal((await miktos(['restore', damaged, '--passphrase-file', passphrase, ...place])).code, 1)
    assert.equal((await miktos(['restore', passphrase, ...place])).code, 1)
    assert.equal((await miktos(['restore', join(folder, 'none'), ...place])).code, 3)
  })
})

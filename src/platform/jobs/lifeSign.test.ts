import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { signOfLife } from '../../../test/support/lifeSign.ts'
import { lifeSign } from './lifeSign.ts'

const noLinux = process.platform === 'linux' ? false : 'other systems name no kernel'

describe('a sign of life', { skip: noLinux }, () => {
  test('is there while the process lives, also while it is frozen, and gone when it was killed', async () => {
    const dataDir = temporaryFolder()
    const other = await signOfLife(dataDir, 'work', 'the-other')
    const here = lifeSign(dataDir, 'work', 'this-one')
    assert.equal(here.isGone('the-other'), false)
    other.kill('SIGSTOP')
    assert.equal(here.isGone('the-other'), false)
    const ended = once(other, 'exit')
    other.kill('SIGKILL')
    await ended
    assert.equal(here.isGone('the-other'), true)
  })

  test('that was never given, or in another folder, or for another work, says nothing', async () => {
    const dataDir = temporaryFolder()
    const other = await signOfLife(dataDir, 'work', 'the-other')
    const ended = once(other, 'exit')
    other.kill('SIGKILL')
    await ended
    assert.equal(lifeSign(dataDir, 'work', 'this-one').isGone('the-other'), true)
    assert.equal(lifeSign(dataDir, 'work', 'this-one').isGone('a-third'), false)
    assert.equal(lifeSign(dataDir, 'play', 'this-one').isGone('the-other'), false)
    assert.equal(lifeSign(temporaryFolder(), 'work', 'this-one').isGone('the-other'), false)
  })

  test('of another kernel says nothing, and is swept away with those of the dead', async () => {
    const dataDir = temporaryFolder()
    const here = lifeSign(dataDir, 'work', 'this-one')
    const stop = here.give()
    const [mine = assert.fail()] = readdirSync(join(dataDir, 'leases'))
    const elsewhere = mine.replace(/\.[^.]+\.lock$/, '.another-kernel.lock').replace('this-one', 'the-other')
    writeFileSync(join(dataDir, 'leases', elsewhere), '')
    assert.equal(here.isGone('the-other'), false)
    writeFileSync(join(dataDir, 'leases', mine.replace('this-one', 'a-dead-one')), '')
    here.sweep()
    assert.deepEqual(readdirSync(join(dataDir, 'leases')), [mine])
    await stop()
    assert.deepEqual(readdirSync(join(dataDir, 'leases')), [])
  })

  test('is not looked for under names that are paths', () => {
    const dataDir = temporaryFolder()
    const stop = lifeSign(dataDir, 'work', 'this-one').give()
    const [mine = assert.fail()] = readdirSync(join(dataDir, 'leases'))
    renameSync(join(dataDir, 'leases', mine), join(dataDir, mine.replace('work.', '')))
    for (const id of ['../this-one', '/../this-one', '', '.', 'a/b', '\u0000'])
      assert.equal(lifeSign(dataDir, 'work', 'other').isGone(id), false, id)
    void stop()
  })

  test('that cannot be given keeps nobody from working, and is not mistaken for one of the dead', () => {
    const dataDir = join(temporaryFolder(), 'a file')
    writeFileSync(dataDir, '')
    const here = lifeSign(dataDir, 'work', 'this-one')
    void here.give()()
    here.sweep()
    assert.equal(here.isGone('this-one'), false)
    assert.equal(existsSync(join(dataDir, 'leases')), false)
  })
})

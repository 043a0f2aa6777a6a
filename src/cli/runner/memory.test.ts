import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { Memory, type Result } from './memory.ts'

const done: Result = { status: 'succeeded', exit_code: 0, detail: null }
const open = (path: string, warned: string[] = []): Memory => new Memory(path, (message) => warned.push(message))

describe('what a runner remembers', () => {
  test('what was begun is known for ever, also after a crash, which is told as failure', () => {
    const path = join(temporaryFolder(), 'deep', 'state')
    const first = open(path)
    for (const id of ['begun', 'ended', 'told']) first.begin(id)
    first.end('ended', done)
    first.end('told', done)
    first.tell('told')
    first.beginSession('s')
    const second = open(path)
    assert.deepEqual(second.leftBehind, { commands: ['begun'], sessions: ['s'] })
    assert.ok(['begun', 'ended', 'told'].every((id) => second.knows(id)))
    assert.ok(!second.knows('other'))
    assert.deepEqual(
      second.untold().map(([id, { status }]) => [id, status]),
      [
        ['begun', 'failed'],
        ['ended', 'succeeded'],
      ],
    )
    assert.deepEqual(open(path).leftBehind, { commands: [], sessions: [] })
  })

  test('a line that a crash cut off, and nonsense, are left out', () => {
    const path = join(temporaryFolder(), 'state')
    const first = open(path)
    first.begin('one')
    first.end('one', done)
    appendFileSync(path, 'null\n[]\n{"event":"begun","id":"half","a')
    const second = open(path)
    assert.ok(!second.knows('half'))
    second.begin('two')
    assert.ok(open(path).knows('two'))
  })

  test('what nobody asks for any more goes', () => {
    const path = join(temporaryFolder(), 'state')
    const at = Date.now() - 8 * 86_400_000
    const lines = ['told', 'untold'].flatMap((id) => [
      { event: 'begun', id, at },
      { event: 'ended', id, at, result: done },
    ])
    writeFileSync(
      path,
      [...lines, { event: 'told', id: 'told', at }].map((line) => `${JSON.stringify(line)}\n`).join(''),
    )
    const memory = open(path)
    assert.deepEqual([memory.knows('told'), memory.knows('untold')], [false, true])
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 3)
  })

  test('where nothing can be written nothing is begun, and what ends counts all the same', () => {
    const path = join(temporaryFolder(), 'state')
    const warned: string[] = []
    const memory = open(path, warned)
    memory.begin('one')
    memory.close()
    assert.throws(() => memory.begin('two'))
    assert.ok(!memory.knows('two'))
    memory.end('one', done)
    assert.deepEqual(memory.resultOf('one'), done)
    assert.match(warned[0]!, /cannot be written/)
  })
})

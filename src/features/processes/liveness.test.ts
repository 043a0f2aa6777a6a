import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import { isAlive, startedOf, thisPlace } from './liveness.ts'
import type { InstanceRow } from './store.ts'

const now = 1_795_000_000_000
const here = thisPlace()

const row = (changes: Partial<InstanceRow>): InstanceRow => ({
  id: 'a',
  host_name: here.hostName,
  boot_id: here.bootId,
  pid: process.pid,
  pid_started: startedOf(process.pid)!,
  address: '127.0.0.1',
  port: 8000,
  version: '1.0.0',
  started_at: now,
  heartbeat_at: now,
  cpu_percent: 0,
  memory_percent: 0,
  threads: 1,
  stop_requested_at: null,
  stop_requested_by: null,
  stop_action: null,
  stop_turn: 0,
  stop_peers: 0,
  ...changes,
})

describe('whether a listed server lives', () => {
  test('on this machine its process decides, however old its heartbeat', () => {
    assert.equal(isAlive(row({ heartbeat_at: now - 3_600_000 }), here, startedOf, now), true)
  })

  test('a later process with the same pid is not it', () => {
    assert.equal(isAlive(row({ pid_started: '1' }), here, startedOf, now), false)
  })

  test('elsewhere, or before the machine started again, the heartbeat decides', () => {
    for (const elsewhere of [{ host_name: 'other' }, { boot_id: 'before' }]) {
      assert.equal(isAlive(row({ ...elsewhere, heartbeat_at: now - 29_000 }), here, startedOf, now), true)
      assert.equal(isAlive(row({ ...elsewhere, heartbeat_at: now - 31_000 }), here, startedOf, now), false)
    }
  })

  test('a process is known by its start until it ends, also while nobody has collected it', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = await once(child.stdout, 'data')
    // A grandchild whose parent never asks after it stays a zombie.
    const zombie = Number(String(line))
    assert.equal(startedOf(child.pid!), startedOf(child.pid!))
    assert.notEqual(startedOf(zombie), undefined)
    process.kill(zombie, 'SIGKILL')
    await until('the grandchild counts as ended', () => startedOf(zombie) === undefined)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    assert.equal(startedOf(child.pid!), undefined)
  })
})

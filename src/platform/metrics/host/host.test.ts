import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { until } from '../../../../test/support/until.ts'
import { registerHost } from './hostMetrics.ts'
import { disksOf, interfacesOf, pressureOf, processOf } from './proc.ts'
import { createProcessReader } from './processes.ts'

const skip = process.platform === 'linux' ? false : 'Linux alone has /proc'

describe('figures of this machine', { skip }, () => {
  const valuesOf = (text: string, name: string): number[] =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value))
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

  test('agree with what the system says elsewhere', async () => {
    const registry = new Registry()
    const dataDir = temporaryFolder()
    registerHost(registry, { dataDir })
    const text = await registry.metrics()
    assert.equal(sum(valuesOf(text, 'system_memory_usage_bytes')), totalmem())
    const [ratio = -1] = valuesOf(text, 'system_memory_utilization_ratio')
    assert.ok(ratio > 0 && ratio < 1, String(ratio))
    const { blocks, bsize } = statfsSync(dataDir)
    assert.ok(valuesOf(text, 'system_filesystem_limit_bytes').includes(blocks * bsize), text)
    const ticks = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))![1]!.split(' ').slice(0, 8)
    const seconds = sum(valuesOf(text, 'system_cpu_time_seconds_total'))
    assert.ok(Math.abs(seconds - sum(ticks.map(Number)) / 100) < 60, `${seconds} s`)
    assert.ok(sum(valuesOf(text, 'system_processes')) > 1)
    for (const name of ['system_process_cpu_time_seconds_total', 'system_process_memory_usage_bytes'])
      assert.ok(valuesOf(text, name).length > 0 && valuesOf(text, name).length <= 20, name)
  })

  test('follow a process that works, until it ends', async () => {
    const child = spawn('sh', ['-c', 'while :; do :; done'])
    after(() => child.kill('SIGKILL'))
    const read = createProcessReader('/proc', { pageBytes: 4_096, ticksPerSecond: 100 })
    const shell = async () => (await read()).top.find(({ name }) => name === 'sh')
    let before = 0
    await until('the shell among the busiest', async () => (before = (await shell())?.cpuSeconds ?? 0) > 0.05)
    await until('more of its time', async () => ((await shell())?.cpuSeconds ?? 0) > before)
  })
})

describe('names that programs give themselves', () => {
  const root = temporaryFolder()
  const stat = (pid: number, name: string, ticks: number): string =>
    `${pid} (${name}) R ${Array.from({ length: 30 }, (_, at) => (at === 10 ? ticks : at === 18 ? pid : at === 20 ? 2 : 0)).join(' ')}\n`
  const write = (pid: number, name: string, ticks = 100): void => {
    mkdirSync(join(root, String(pid)), { recursive: true })
    writeFileSync(join(root, String(pid), 'stat'), stat(pid, name, ticks))
  }

  test('may hold anything', () => {
    assert.deepEqual(processOf(stat(7, 'a) R 1 (b\nc', 250)), {
      pid: 7,
      name: 'a) R 1 (b\nc',
      state: 'running',
      cpuTicks: 250,
      startedAtTicks: 7,
      residentPages: 2,
    })
    assert.equal(processOf('nonsense'), undefined)
  })

  test('make no series without end, and add up over processes and in time', async () => {
    const read = createProcessReader(root, { pageBytes: 4_096, ticksPerSecond: 100 })
    write(1, 'twin', 900_000)
    write(2, 'twin', 900_000)
    assert.deepEqual(
      (await read()).top.filter(({ name }) => name === 'twin'),
      [{ name: 'twin', processes: 2, cpuSeconds: 18_000, residentBytes: 16_384 }],
    )
    const seen = new Set<string>()
    for (let round = 0; round < 100; round++) {
      for (let pid = 3; pid < 13; pid++) write(pid, `made-up-${round}-${pid}`, 1_000_000 + round)
      write(1, 'twin', 900_100 + round * 100)
      for (const { name } of (await read()).top) seen.add(name)
    }
    assert.ok(seen.size <= 200, `${seen.size} names`)
  })
})

test('disks and interfaces are told apart from what stands before them', () => {
  const disks = disksOf(
    '   8  0 sda 10 0 20 3000 40 0 50 6000 0 7000 0\n   8  1 sda1 1 0 2 3 4 0 5 6 0 7 0\n   7  0 loop0 9 0 9 9 9 0 9 9 0 9 0\n',
  )
  assert.deepEqual(disks, [
    {
      device: 'sda',
      read: { operations: 10, bytes: 10_240, seconds: 3 },
      write: { operations: 40, bytes: 25_600, seconds: 6 },
      busySeconds: 7,
    },
  ])
  const interfaces = interfacesOf(
    'Inter-|   Receive |  Transmit\n face |bytes packets\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0:1000 2 3 4 0 0 0 0 5000 6 7 8 0 0 0 0\n',
  )
  assert.deepEqual(interfaces, [
    {
      name: 'eth0',
      receive: { bytes: 1_000, packets: 2, errors: 3, dropped: 4 },
      transmit: { bytes: 5_000, packets: 6, errors: 7, dropped: 8 },
    },
  ])
  assert.deepEqual(pressureOf('some avg10=1.00 avg60=0 avg300=0 total=2500000\nfull avg10=0 avg60=0 total=1000000\n'), {
    waitingSeconds: 2.5,
    stalledSeconds: 1,
  })
})

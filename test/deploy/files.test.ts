import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { restartExitCode } from '#platform/lifecycle.ts'
import { environmentName, settings, settingKeys } from '#platform/config/settings.ts'
import { temporaryFolder } from '../support/folder.ts'

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../deploy', name), 'utf8')
const knownNames = new Set(settingKeys.map(environmentName))
const namesIn = (text: string): string[] =>
  [...text.matchAll(/\bMIKTOS_[A-Z_]+\b/g)].map(([name]) => name).filter((name) => name !== 'MIKTOS_PORT_ON_HOST')
/** What bin/miktos.mjs sets for memory: a flag of Node, and settings of the C library. */
const starter = readFileSync(join(import.meta.dirname, '../../bin/miktos.mjs'), 'utf8')
const memoryFlag = /const memoryFlag = '(.*)'/.exec(starter)![1]!
const memorySettings = [...starter.matchAll(/(MALLOC_\w+): '(\d+)'/g)].map(([, name, value]) => `${name}=${value}`)
const secondsOf = (text: string): number => Number(/\d+/.exec(text)?.[0])

describe('deploy/miktos.service', () => {
  const unit = read('miktos.service')
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

  test('is a unit that systemd accepts', () => {
    const file = join(temporaryFolder(), 'miktos.service')
    writeFileSync(file, unit.replace('/opt/miktos/node_modules/.bin/node', process.execPath))
    const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
    if (!error) assert.deepEqual([status, stderr], [0, ''])
  })

  test('holds the same memory settings as the command line and the image', () => {
    assert.equal(memorySettings.length, 2)
    for (const file of [unit, read('Dockerfile')])
      for (const setting of [memoryFlag, ...memorySettings]) assert.ok(file.includes(setting), setting)
  })

  test('starts again after the exit code of a restart, not after a wrong configuration, and lets requests finish', () => {
    assert.equal(Number(value('RestartForceExitStatus')), restartExitCode)
    assert.equal(value('RestartPreventExitStatus'), '78')
    assert.ok(secondsOf(value('TimeoutStopSec')) > settings.drain_seconds.initial!)
    // A second SIGTERM, to a worker that its supervisor told already, would end it at once.
    assert.equal(value('KillMode'), 'mixed')
  })
})

describe('deploy/docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml')) as {
    services: Record<string, { profiles?: string[]; stop_grace_period?: string; ports?: string[] }>
  }

  test('starts Miktos alone; PostgreSQL and Redis are asked for by profile', () => {
    const always = Object.entries(compose.services).filter(([, { profiles }]) => profiles === undefined)
    assert.deepEqual(
      always.map(([name]) => name),
      ['miktos'],
    )
    assert.deepEqual(
      [compose.services['postgres']?.profiles, compose.services['redis']?.profiles],
      [['postgres'], ['redis']],
    )
  })

  test('publishes the port on loopback alone, and lets requests finish', () => {
    assert.match(compose.services['miktos']?.ports?.[0] ?? '', /^127\.0\.0\.1:/)
    assert.ok(secondsOf(compose.services['miktos']?.stop_grace_period ?? '') > settings.drain_seconds.initial!)
  })
})

test('the image runs as nobody in particular, keeps its state in a volume and tells how it does', () => {
  const dockerfile = read('Dockerfile')
  for (const line of [/^USER 10001/m, /^VOLUME \/data/m, /^HEALTHCHECK .*"miktos", "health"/m, /^FROM node:24-/m])
    assert.match(dockerfile, line)
})

test('every setting that the files name exists', () => {
  for (const file of ['Dockerfile', 'docker-compose.yml', 'miktos.service', 'nginx.conf']) {
    assert.deepEqual(
      namesIn(read(file)).filter((name) => !knownNames.has(name) && name !== 'MIKTOS_NAME'),
      [],
      file,
    )
  }
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ConfigError, loadConfig } from './config.ts'
import { configJsonSchema } from './jsonSchema.ts'
import { checkText, configText } from './print.ts'
import { settingKeys } from './settings.ts'

const cwd = mkdtempSync(join(tmpdir(), 'miktos-print-'))
after(() => rmSync(cwd, { recursive: true, force: true }))

const planted = 'Zq9'.repeat(15)
const env = {
  MIKTOS_SERVER_PORT: '9000',
  ADMIN_TOKEN: planted,
  REDIS_URL: `redis://:${planted}@h:6379`,
  MIKTOS_ENVIRONMENT: 'on',
}

describe('config print', () => {
  const config = loadConfig({ argv: ['--dev'], env, cwd, isTerminal: false })

  it('shows every setting with its source and no secret', () => {
    const text = configText(config, { sources: true })
    for (const key of settingKeys) assert.match(text, new RegExp(`^(# )?${key}: `, 'm'))
    assert.match(text, /^server_port: 9000 +# MIKTOS_SERVER_PORT$/m)
    assert.match(text, /^reload: true +# --dev$/m)
    assert.match(text, /^# admin_token: set, not shown +# ADMIN_TOKEN$/m)
    assert.match(text, /^# redis_url: redis:\/\/:\*\*\*@h:6379 +# REDIS_URL$/m)
    assert.doesNotMatch(text, /Zq9/)
  })

  it('can be kept as miktos.yaml', () => {
    writeFileSync(join(cwd, 'kept.yaml'), configText(config, { sources: false }))
    const again = loadConfig({ argv: ['--config', 'kept.yaml'], env: {}, cwd, isTerminal: false })
    const secret = new Set(['admin_token', 'redis_url'])
    for (const key of settingKeys) if (!secret.has(key)) assert.deepEqual(again.get(key), config.get(key), key)
  })
})

describe('config check', () => {
  it('counts and lists problems', () => {
    assert.equal(checkText([]), 'The configuration is good.\n')
    const text = checkText([{ setting: 'server_port', source: 'SERVER_PORT', message: 'must be a number' }])
    assert.equal(text, 'The configuration has 1 problem:\n  server_port (SERVER_PORT) must be a number\n')
  })

  it('says the same as the error', () => {
    assert.throws(
      () => loadConfig({ argv: ['--port', 'x', '--nope'], env: {}, cwd }),
      (error) => error instanceof ConfigError && error.problems.length === 2 && /--nope/.test(error.message),
    )
  })
})

describe('the schema of miktos.yaml', () => {
  it('knows every setting, and nothing else', () => {
    const schema = configJsonSchema()
    assert.deepEqual(Object.keys(schema.properties), settingKeys)
    assert.equal(schema.additionalProperties, false)
    assert.deepEqual(schema.properties.server_port, {
      description: 'Port for the API, sockets and console; 0 takes a free one',
      type: 'integer',
      minimum: 0,
      maximum: 65_535,
      default: 8000,
    })
    assert.deepEqual(schema.properties.registration?.enum, ['closed', 'approval', 'open'])
  })
})

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { startServer, type ServerOptions, type ServerProcess } from '../../../test/support/server.ts'

interface Setting {
  key: string
  value: unknown
  source: { kind: string; name: string }
  locked_reason: string | null
}

type Call = (
  method: string,
  body?: object,
) => Promise<{
  status: number
  body: { settings: Setting[]; error: { code: string; details: Record<string, unknown> } }
}>

async function configOf(server: ServerProcess): Promise<Call> {
  const authorization = `Bearer ${await server.login()}`
  return async (method, body) => {
    const reply = await fetch(`${server.url}/api/v1/config`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: reply.status, body: (await reply.json()) as Awaited<ReturnType<Call>>['body'] }
  }
}

async function stop({ process, exited }: ServerProcess): Promise<void> {
  process.kill('SIGTERM')
  assert.equal(await exited, 0)
}

describe('where a setting comes from', () => {
  test('flag, then MIKTOS_*, then the name of an older system, then .env, file, stored value, default', async () => {
    const dataDir = temporaryFolder()
    const first = await startServer({ dataDir })
    const stored = {
      lockout_minutes: 101,
      lockout_attempts: 102,
      reauthentication_minutes: 103,
      registration: 'closed',
      activity_retention_days: 104,
      audit_retention_days: 105,
    }
    assert.equal((await (await configOf(first))('PUT', stored)).status, 200)
    await stop(first)

    const file = [
      'lockout_minutes: 41',
      'lockout_attempts: 42',
      'reauthentication_minutes: 43',
      'password_min_length: 14',
      'activity_retention_days: 44',
    ]
    writeFileSync(join(dataDir, 'miktos.yaml'), `# Settings\n${file.join('\n')}\n`)
    writeFileSync(
      join(dataDir, '.env'),
      [
        'MIKTOS_LOCKOUT_MINUTES=31',
        'MIKTOS_LOCKOUT_ATTEMPTS=32',
        'MIKTOS_REAUTHENTICATION_MINUTES=33',
        'PASSWORD_MIN_LENGTH=13',
      ].join('\n'),
    )
    const env = { MIKTOS_LOCKOUT_MINUTES: '21', MIKTOS_LOCKOUT_ATTEMPTS: '22', PASSWORD_MIN_LENGTH: '12' }
    const server = await startServer({ dataDir, env, args: ['--lockout-minutes', '11'] })
    const config = await configOf(server)
    const { settings } = (await config('GET')).body
    const found = (key: string): [unknown, string, string] => {
      const { value, source } = settings.find((setting) => setting.key === key)!
      return [value, source.kind, source.name]
    }
    assert.deepEqual(found('lockout_minutes'), [11, 'flag', '--lockout-minutes'])
    assert.deepEqual(found('lockout_attempts'), [22, 'env', 'MIKTOS_LOCKOUT_ATTEMPTS'])
    assert.deepEqual(found('password_min_length'), [12, 'env', 'PASSWORD_MIN_LENGTH'])
    assert.deepEqual(found('reauthentication_minutes'), [33, 'dotenv', 'MIKTOS_REAUTHENTICATION_MINUTES'])
    assert.deepEqual(found('activity_retention_days'), [44, 'file', 'miktos.yaml:6'])
    assert.deepEqual(found('audit_retention_days'), [105, 'database', 'set at run time'])
    assert.deepEqual(found('signed_requests'), ['optional', 'default', 'default'])

    const refusals = {
      lockout_minutes: /flag --lockout-minutes/,
      lockout_attempts: /MIKTOS_LOCKOUT_ATTEMPTS in the environment/,
      reauthentication_minutes: /in \.env/,
      activity_retention_days: /miktos\.yaml:6/,
    }
    for (const [key, reason] of Object.entries(refusals)) {
      const { status, body } = await config('PUT', { [key]: 5 })
      assert.deepEqual([status, body.error.code, body.error.details['setting']], [409, 'SETTING_LOCKED', key])
      assert.match(String(body.error.details['reason']), reason)
    }
    assert.equal((await config('PUT', { audit_retention_days: 106 })).status, 200)
    await stop(server)
  })
})

describe('a configuration that cannot be used', () => {
  const refused = async (
    options: Omit<ServerOptions, 'dataDir'>,
    files: Record<string, string> = {},
  ): Promise<string> => {
    const dataDir = temporaryFolder()
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dataDir, name), text)
    const outcome = await startServer({ ...options, dataDir }).then(
      () => 'it started',
      (error: Error) => error.message,
    )
    assert.match(outcome, /^The server ended with 78 before it was ready/)
    return outcome
  }

  test('ends the start with 78 and all that is wrong, each with its place', async () => {
    const told = await refused(
      {
        args: ['--drain-seconds', 'long', '--loglevel', 'info'],
        env: { MIKTOS_REGISTRATION: 'sometimes', MIKTOS_SERVER_WORKERS: '4', RATE_LIMIT: '' },
      },
      { 'miktos.yaml': 'server_prot: 9000\nsession_minutes: 3\n', '.env': 'MIKTOS_PORT=1\nDB_USER=root\n' },
    )
    assert.match(told, /The configuration has \d+ problems/)
    for (const line of [
      /drain_seconds \(--drain-seconds\) must be a whole number from 0 to 3600, not "long"/,
      /--loglevel .* is not an option; did you mean "--log-level"\?/,
      /registration \(MIKTOS_REGISTRATION\) must be one of closed, approval, open, not "sometimes"/,
      /server_prot \(miktos\.yaml:1\) is not a setting; did you mean "server_port"\?/,
      /session_minutes \(miktos\.yaml:2\) is not a setting/,
      /MIKTOS_PORT \(\.env\) is not a setting; did you mean "MIKTOS_[A-Z_]*PORT"\?/,
      /db_user \(DB_USER in \.env\) has no effect without db_host/,
      /server_workers is 4, which needs PostgreSQL or MySQL/,
      /server_workers is 4, which needs Redis/,
    ])
      assert.match(told, line)
  })

  test('placeholders out of examples are refused by name, real secrets are not shown', async () => {
    const env = {
      ADMIN_TOKEN: 'your-secure-admin-token',
      JWT_SECRET_KEY: 'your-secret-key-here',
      MIKTOS_ADMIN_PASSWORD: 'any_password',
      GCP_PROJECT: 'your-project-id',
      MIKTOS_REDIS_URL: 'redis://:hidden-one@[bad',
    }
    const told = await refused({ env })
    for (const placeholder of ['your-secure-admin-token', 'your-secret-key-here', 'any_password', 'your-project-id']) {
      assert.match(told, new RegExp(`"${placeholder}" is a placeholder`))
    }
    assert.match(told, /redis_url/)
    assert.equal(told.includes('hidden-one'), false)
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { miktos, startCli, type Ended } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { freePort } from '../../test/support/port.ts'
import { startServer } from '../../test/support/server.ts'
import { until } from '../../test/support/until.ts'

const dataDir = temporaryFolder()
const adminToken = 'q8Zr2Lw5Xn7Vb4Tk9Yc3Hd6Jf1Gs0Pm'
const [server, remote] = await Promise.all([
  startServer({ dataDir }),
  startServer({
    dataDir: temporaryFolder(),
    env: { MIKTOS_ADMIN_TOKEN: adminToken, MIKTOS_SIGNED_REQUESTS: 'required' },
  }),
])

describe('on this machine, while a server runs on the same data', () => {
  const here = (...args: string[]): Promise<Ended> => miktos([...args, '--data-dir', dataDir])
  test('a user is created with a password on standard output alone, logs in, and is on the list', async () => {
    const created = await here('users', 'create', 'mara@example.com', '--role', 'operator')
    assert.equal(created.code, 0, created.stderr)
    const token = await server.login('mara', created.stdout.trim())
    assert.match(token, /^ey/)
    const { stdout } = await here('users', 'list')
    assert.match(stdout, /^USERNAME +EMAIL +ROLE +STATE/)
    assert.match(stdout, /^mara +mara@example\.com +operator +active/m)
  })

  test('a change is in the audit log as done by a local command', async () => {
    await here('users', 'create', 'nils@example.com', '--password-file', passwordFile('a phrase for nils'))
    assert.equal((await here('users', 'set-role', 'nils', 'developer')).code, 0)
    const logs = (await here('audit', 'list', '--action', 'user.update', '--json')).json() as {
      actor: { label: string }
    }[]
    assert.equal(logs[0]?.actor.label, 'local command')
    const { code, stdout } = await here('audit', 'verify')
    assert.equal(code, 0)
    assert.match(stdout, /^Unbroken: \d+ records/)
  })

  test('--dry-run says what would be and changes nothing', async () => {
    const { code, stderr } = await here('users', 'disable', 'nils', '--dry-run')
    assert.equal(code, 0)
    assert.match(stderr, /Would disable nils/)
    assert.match((await here('users', 'list', '--search', 'nils')).stdout, /active/)
  })

  test('--json, --plain and --quiet keep data on standard output and talk elsewhere or away', async () => {
    const users = (await here('users', 'list', '--json')).json() as { username: string }[]
    assert.equal(users[0]?.username, 'admin')
    assert.equal((await here('users', 'list', '--plain')).stdout.split('\n')[0]?.split('\t')[0], 'admin')
    const { stderr, stdout } = await here('users', 'enable', 'nils', '--quiet')
    assert.deepEqual([stdout, stderr], ['', ''])
  })

  test('2 for a misspelt command, 3 for a user who is not there, 5 for the last administrator; each with the way on', async () => {
    const misspelt = await here('users', 'disabel', 'nils')
    assert.deepEqual([misspelt.code, /Did you mean disable\?/.test(misspelt.stderr)], [2, true])
    const missing = await here('users', 'disable', 'nil')
    assert.deepEqual([missing.code, /did you mean "nils"\?/.test(missing.stderr)], [3, true])
    const last = await here('users', 'disable', 'admin')
    assert.deepEqual([last.code, /administrator/.test(last.stderr)], [5, true])
    const asJson = await here('users', 'disable', 'admin', '--json')
    assert.deepEqual(JSON.parse(asJson.stderr).error.code, 'LAST_ADMINISTRATOR')
  })

  test('deleting needs the name once more', async () => {
    const unsure = await here('users', 'delete', 'nils')
    assert.deepEqual([unsure.code, /--confirm=nils/.test(unsure.stderr)], [2, true])
    assert.equal((await here('users', 'delete', 'nils', '--confirm=mara')).code, 2)
    assert.match((await here('users', 'list', '--search', 'nils')).stdout, /nils/)
    assert.equal((await here('users', 'delete', 'nils', '--confirm=nils')).code, 0)
  })

  test('text from elsewhere cannot send control characters to the terminal', async () => {
    const api = await fetch(`${server.url}/api/v1/admin/roles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await server.login()}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'hostile',
        description: '\u001b[2J\u001b]0;owned\u0007\r\u202eabc',
        permissions: ['metrics:read'],
      }),
    })
    assert.equal(api.status, 201)
    for (const format of ['--color', '--plain', '--json']) {
      const { stdout } = await here('roles', 'list', ...(format === '--color' ? [] : [format]))
      assert.match(stdout, /hostile/)
      // oxlint-disable-next-line no-control-regex -- that is what must not be there
      assert.doesNotMatch(stdout, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/, format)
    }
  })

  test('a role is made, widened and narrowed; a permission that does not exist is refused', async () => {
    assert.equal((await here('roles', 'create', 'watch', '--allow', 'metrics:read', 'alerts:*')).code, 0)
    assert.equal((await here('roles', 'set', 'watch', '--allow', 'logs:read', '--deny', 'alerts:write')).code, 0)
    const { permissions } = (await here('roles', 'show', 'watch', '--json')).json() as { permissions: string[] }
    assert.deepEqual(permissions, ['alerts:read', 'logs:read', 'metrics:read'])
    const wrong = await here('roles', 'set', 'watch', '--allow', 'metric:read')
    assert.deepEqual([wrong.code, /did you mean "metrics:read"/.test(wrong.stderr)], [2, true])
  })

  test('an API key is made for a user, works, and works no more once revoked', async () => {
    assert.equal((await here('keys', 'create', 'nobodys')).code, 2)
    const { id, key } = (
      await here('keys', 'create', 'nightly', '--user', 'mara', '--scope', 'users:read', '--days', '1', '--json')
    ).json() as { id: string; key: string }
    const there = (): Promise<Ended> => miktos(['users', 'list', '--url', server.url], { env: { MIKTOS_TOKEN: key } })
    assert.match((await there()).stdout, /mara/)
    assert.match((await here('keys', 'list', '--user', 'mara')).stdout, /nightly/)
    assert.equal((await here('keys', 'revoke', id)).code, 0)
    // Another process revoked it, of which the server hears within a second.
    await until('the server knows', async () => (await there()).code === 4)
  })

  test('a setting is changed and put back; one that the server was started with is refused with the reason', async () => {
    const { stderr } = await here('config', 'set', 'lockout_attempts=7')
    assert.match(stderr, /lockout_attempts: 10 → 7/)
    assert.match((await here('config', 'print', '--sources')).stdout, /^lockout_attempts: 7 +# set at run time$/m)
    assert.match((await here('config', 'unset', 'lockout_attempts')).stderr, /7 → 10/)
    const locked = await miktos(['config', 'set', 'rate_limit=5', '--data-dir', dataDir], {
      env: { MIKTOS_RATE_LIMIT: '9' },
    })
    assert.deepEqual([locked.code, /MIKTOS_RATE_LIMIT/.test(locked.stderr)], [5, true])
    assert.equal((await here('config', 'set', 'rate_limit')).code, 2)
    assert.equal((await here('config', 'set', 'rate_limt=5')).code, 3)
  })

  test('whoever locked everybody out of the network lets them in again', async () => {
    const status = async (): Promise<number> => (await fetch(`${server.url}/api/v1/auth/options`)).status
    assert.equal((await here('users', 'ip-allow', '--add', '10.0.0.0/8', '10.0.0.0/8', '192.0.2.1')).code, 0)
    await until('the server keeps this machine out', async () => (await status()) === 403)
    assert.equal((await miktos(['users', 'list', '--url', server.url], { env: { MIKTOS_TOKEN: 'none' } })).code, 4)
    assert.deepEqual((await here('users', 'ip-allow', '--plain')).stdout.trim().split('\n'), [
      '10.0.0.0/8',
      '192.0.2.1/32',
    ])
    assert.equal((await here('users', 'ip-allow', '--remove', '192.0.2.1', '--dry-run')).code, 0)
    assert.equal((await here('users', 'ip-allow', '--clear')).code, 0)
    await until('the server lets this machine in', async () => (await status()) === 200)
  })

  test('the audit log is exported as lines of JSON and as CSV, and stops quietly with its reader', async () => {
    const lines = (await here('audit', 'export')).stdout.trim().split('\n')
    assert.ok(lines.every((line) => typeof JSON.parse(line) === 'object'))
    assert.match((await here('audit', 'export', '--format', 'csv')).stdout, /^"?seq/)
  })

  test('the server is listed, asked how it does, and stopped', async () => {
    const list = (await here('processes', '--json')).json() as { pid: number }[]
    assert.deepEqual(
      list.map(({ pid }) => pid),
      [server.process.pid],
    )
    assert.equal((await here('stop', '1')).code, 3)
    assert.equal((await here('stop')).code, 2)
    assert.equal((await miktos(['health', '--url', server.url])).code, 0)
    assert.equal((await here('stop', String(server.process.pid))).code, 0)
    assert.equal(await server.exited, 0)
    const gone = await miktos(['health', '--url', server.url])
    assert.deepEqual([gone.code, /Nothing answers/.test(gone.stderr)], [75, true])
  })

  test('the same commands work when no server runs', async () => {
    assert.match((await here('users', 'list')).stdout, /mara/)
    const { code, stderr } = await here('processes')
    assert.deepEqual([code, stderr], [0, 'No server runs. Start one with `miktos serve`.\n'])
  })
})

const passwordFile = (password: string): string => {
  const file = join(temporaryFolder(), 'password')
  writeFileSync(file, `${password}\n`)
  return file
}

describe('on a server over the network', () => {
  const config = temporaryFolder()
  const stored = join(config, 'miktos', 'credentials.json')
  const there = (args: string[], input?: string): Promise<Ended> =>
    miktos(args, { env: { XDG_CONFIG_HOME: config }, ...(input !== undefined && { input }) })

  test('a login is kept where only its owner can read it, and the commands that follow use it', async () => {
    const login = await there(
      ['login', '--url', `${remote.url}/`, '--username', 'admin', '--password-file', '-'],
      'a phrase of this server\n',
    )
    assert.equal(login.code, 0, login.stderr)
    assert.equal(statSync(stored).mode & 0o777, 0o600)
    assert.match((await there(['users', 'list'])).stdout, /admin@example\.com/)
    assert.match((await there(['status'])).stdout, /^database +ok/m)
  })

  test('a token that is no longer good is renewed without a word', async () => {
    const file = JSON.parse(readFileSync(stored, 'utf8'))
    const before = file.servers[remote.url].refresh_token
    file.servers[remote.url].access_token = 'ey.over.now'
    writeFileSync(stored, JSON.stringify(file))
    const { code, stderr } = await there(['users', 'list', '--json'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.notEqual(JSON.parse(readFileSync(stored, 'utf8')).servers[remote.url].refresh_token, before)
  })

  test('logging out ends the session there and forgets it here', async () => {
    assert.equal((await there(['logout'])).code, 0)
    assert.equal((await there(['logout'])).code, 3)
    assert.equal((await there(['users', 'list', '--url', remote.url])).code, 4)
  })

  test('4 for a wrong password', async () => {
    assert.equal(
      (await there(['login', '--url', remote.url, '--username', 'admin', '--password-file', '-'], 'wrong')).code,
      4,
    )
  })

  test('sensitive requests with ADMIN_TOKEN are signed where the server wants that', async () => {
    const env = { MIKTOS_URL: remote.url, MIKTOS_TOKEN: adminToken }
    const created = await miktos(['users', 'create', 'olga@example.com'], { env })
    assert.equal(created.code, 0, created.stderr)
  })

  test('a key that has to sign is stored with its secret, and signs', async () => {
    const env = { MIKTOS_URL: remote.url, MIKTOS_TOKEN: adminToken }
    const made = (
      await miktos(['keys', 'create', 'robot', '--user', 'admin', '--signing', '--json'], { env })
    ).json() as { key: string; signing_secret: string }
    const [key, secret] = [passwordFile(made.key), passwordFile(made.signing_secret)]
    assert.equal(
      (await there(['login', '--url', remote.url, '--token-file', key, '--signing-secret-file', secret])).code,
      0,
    )
    assert.equal((await there(['users', 'create', 'pia@example.com'])).code, 0)
    const unsigned = await miktos(['users', 'create', 'quirin@example.com', '--url', remote.url, '--token-file', key])
    assert.deepEqual([unsigned.code, /--signing-secret-file/.test(unsigned.stderr)], [4, true])
  })

  test('a token on the command line is refused', async () => {
    const { code, stderr } = await miktos(['users', 'list', '--url', remote.url, '--token', adminToken])
    assert.deepEqual([code, /MIKTOS_TOKEN/.test(stderr), stderr.includes(adminToken)], [2, true, false])
  })

  test('75 where nobody answers, 1 where somebody else does', async () => {
    assert.equal((await miktos(['users', 'list', '--url', `http://127.0.0.1:${await freePort()}`])).code, 75)
    assert.equal((await miktos(['users', 'list', '--url', 'miktos.example.org'])).code, 2)
  })
})

describe('on the terminal', () => {
  test('3 and the way on in a folder without data, which is not made', async () => {
    const folder = join(temporaryFolder(), 'none')
    const { code, stderr } = await miktos(['users', 'list', '--data-dir', folder])
    assert.deepEqual([code, /miktos serve/.test(stderr)], [3, true])
    assert.equal(statSync(folder, { throwIfNoEntry: false }), undefined)
  })

  test('78 with everything that is wrong with the configuration', async () => {
    const check = await miktos(['config', 'check', '--server-port', '70000', '--data-dir', temporaryFolder()], {
      env: { MIKTOS_SERVER_PROT: '1' },
    })
    assert.equal(check.code, 78)
    assert.match(check.stderr, /2 problems/)
    assert.match(check.stderr, /did you mean "MIKTOS_SERVER_PORT"/)
    assert.equal((await miktos(['users', 'list', '--local'], { env: { MIKTOS_RATE_LIMIT: 'many' } })).code, 78)
    assert.equal((await miktos(['config', 'check', '--data-dir', temporaryFolder()])).code, 0)
  })

  test('130 after Ctrl-C', async () => {
    // An address for documentation: nobody answers, but first the password is waited for.
    const child = startCli(['login', '--url', 'http://192.0.2.1', '--username', 'x', '--password-file', '-'])
    const ended = once(child, 'exit')
    await once(child.stderr!, 'data')
    child.kill('SIGINT')
    assert.deepEqual(await ended, [130, null])
  })

  test('version, help and completion need no data', async () => {
    assert.match((await miktos(['version'])).stdout, /^\d+\.\d+\.\d+\n$/)
    assert.match((await miktos(['--help'])).stdout, /miktos users ip-allow --clear/)
    assert.match((await miktos(['help', 'backup'])).stdout, /--passphrase-file/)
    assert.equal((await miktos(['users'])).code, 2)
    const { stdout } = await miktos(['config', 'schema'])
    assert.equal(JSON.parse(stdout).title, 'miktos.yaml')
  })
})

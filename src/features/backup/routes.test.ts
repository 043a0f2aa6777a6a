import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createFeatures } from '#features/index.ts'
import { migrationsOf } from '#server/app.ts'
import { adminPassword, startApp, type TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { BackupError } from './envelope.ts'
import { openBackup } from './inspect.ts'
import { isEmptyDatabase, restoreBackup } from './restore.ts'

const passphrase = 'a long phrase kept elsewhere'
const { features } = createFeatures()
const migrations = migrationsOf(features)

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'miktos-backup-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function backUp({ admin }: Pick<TestApp, 'admin'>, body: object = { passphrase }): Promise<string> {
  const reply = await admin('POST', '/api/v1/admin/backup', body)
  assert.equal(reply.statusCode, 200, reply.body)
  const file = join(await temporaryFolder(), 'miktos.backup')
  await writeFile(file, reply.rawPayload)
  return file
}

interface Place {
  dataDir: string
  databaseUrl: string
}

async function freshPlace(): Promise<Place> {
  const dataDir = await temporaryFolder()
  return { dataDir, databaseUrl: `sqlite:///${join(dataDir, 'miktos.db')}` }
}

const restore = async (
  file: string,
  place: Place,
  phrase: string | null = passphrase,
): Promise<{ putAside: string[] }> =>
  restoreBackup(await openBackup(file, phrase ?? undefined), {
    ...place,
    secretKey: undefined,
    migrations,
    now: Date.now(),
  })

const startRestored = ({ dataDir, databaseUrl }: Place): Promise<TestApp> =>
  startApp({ data_dir: dataDir, database_url: databaseUrl })

async function requireUnbrokenAudit({ admin }: TestApp): Promise<void> {
  const { ok, broken } = (await admin('GET', '/api/v1/admin/logs/verify')).json()
  assert.deepEqual([ok, broken], [true, null])
}

describe('POST /admin/backup', () => {
  test('200 with a file that another machine restores: logins, roles and sealed secrets work there', async () => {
    const source = await startApp()
    const mara = await source.user('developer', 'mara')
    const sealed = source.app.platform.secrets.seal('canary', 'somewhere')
    const place = await freshPlace()
    await restore(await backUp(source), place)
    const target = await startRestored(place)
    assert.equal((await target.login('mara', mara.password)).statusCode, 200)
    assert.equal((await target.login('admin', adminPassword)).statusCode, 200)
    assert.equal(target.app.platform.secrets.open(sealed, 'somewhere'), 'canary')
    assert.equal((await stat(join(place.dataDir, 'secret.key'))).mode & 0o777, 0o600)
    await requireUnbrokenAudit(target)
  })

  test('the file shows nothing of what it holds', async () => {
    const source = await startApp()
    await source.user('developer', 'canary-name')
    const reply = await source.admin('POST', '/api/v1/admin/backup', { passphrase })
    assert.equal(reply.headers['content-type'], 'application/octet-stream')
    assert.match(String(reply.headers['content-disposition']), /^attachment; filename="miktos-[\dTZ]+\.backup"$/)
    for (const word of ['canary-name', 'argon2', 'users', passphrase])
      assert.equal(reply.rawPayload.includes(word), false, word)
  })

  test('401 for a stranger and 403 for every role but admin', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('POST', '/api/v1/admin/backup', { passphrase })).statusCode, 401)
    for (const role of ['operator', 'developer', 'qvp', 'user', 'viewer']) {
      assert.equal(
        (await (await user(role)).call('POST', '/api/v1/admin/backup', { passphrase })).statusCode,
        403,
        role,
      )
    }
  })

  test('401 when the administrator logged in a while ago', async () => {
    const { admin, clock } = await startApp({ reauthentication_minutes: 1 })
    clock.advance(61_000)
    const reply = await admin('POST', '/api/v1/admin/backup', { passphrase })
    assert.deepEqual([reply.statusCode, reply.json().error.code], [401, 'REAUTHENTICATION_REQUIRED'])
  })

  test('400 for a short passphrase and, over the network, for none', async () => {
    const { admin } = await startApp()
    for (const body of [{ passphrase: 'elevenchars' }, {}]) {
      const reply = await admin('POST', '/api/v1/admin/backup', body)
      assert.equal(reply.statusCode, 400)
      assert.equal(reply.json().error.details.fields[0].field, 'passphrase')
    }
  })

  test('the audit log has it, and not the passphrase', async () => {
    const source = await startApp()
    await backUp(source)
    const { after_json, actor_label } = await source.app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'backup.create')
      .executeTakeFirstOrThrow()
    assert.deepEqual([actor_label, after_json], ['admin', '{"encrypted":true}'])
  })

  test('409 while another one runs, and 200 after it has ended', async () => {
    const { admin } = await startApp()
    const replies = await Promise.all([1, 2, 3].map(() => admin('POST', '/api/v1/admin/backup', { passphrase })))
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
      [200, 409, 409],
    )
    assert.equal((await admin('POST', '/api/v1/admin/backup', { passphrase })).statusCode, 200)
  })

  test('200 without encryption for a local command, and then without the installation secret', async () => {
    const source = await startApp()
    const local = source.as(source.app.localToken)
    const { header } = await openBackup(await backUp({ admin: local }, {}), undefined)
    assert.equal(header.secret, null)
  })
})

describe('a restore', () => {
  test('refuses another passphrase and a damaged file, and then leaves the place as it was', async () => {
    const source = await startApp()
    const file = await backUp(source)
    const place = await freshPlace()
    await assert.rejects(restore(file, place, 'another phrase of some length'), BackupError)
    await assert.rejects(restore(file, place, null), BackupError)
    await writeFile(
      file,
      Buffer.from(
        await source
          .as(source.app.localToken)('POST', '/api/v1/admin/backup', {})
          .then(({ rawPayload }) => rawPayload.subarray(0, -40)),
      ),
    )
    await assert.rejects(restore(file, place, null), BackupError)
    assert.equal(await isEmptyDatabase(place.databaseUrl), true)
  })

  test('refuses any one changed or missing byte of a file that is not encrypted', async () => {
    const { as, app } = await startApp()
    const bytes = (await as(app.localToken)('POST', '/api/v1/admin/backup', {})).rawPayload
    const file = join(await temporaryFolder(), 'miktos.backup')
    for (let round = 0; round < 60; round++) {
      const damaged = Buffer.from(bytes)
      // The ten bytes behind the first line are the gzip header, of which time and system mean nothing.
      const at = bytes.indexOf('\n') + 11 + Math.floor(Math.random() * (bytes.length - bytes.indexOf('\n') - 11))
      damaged[at]! ^= 1 << (round % 8)
      await writeFile(file, round % 2 === 0 ? damaged : bytes.subarray(0, at))
      await assert.rejects(openBackup(file, undefined), BackupError, `byte ${at}`)
    }
  })

  test('puts the old database aside, and refuses while a server has it open', async () => {
    const source = await startApp()
    const file = await backUp(source)
    const place = await freshPlace()
    await restore(file, place)
    const server = await startRestored(place)
    await assert.rejects(restore(file, place), { code: 'CONFLICT' })
    assert.equal((await server.login('admin', adminPassword)).statusCode, 200)
    await server.stop()
    const { putAside } = await restore(file, place)
    assert.deepEqual(
      putAside.map((path) => /^(.+)\.replaced-/.exec(basename(path))?.[1]),
      ['miktos.db', 'audit-checkpoints.ndjson'],
    )
    await requireUnbrokenAudit(await startRestored(place))
  })

  test('takes over a database that cannot be opened any more', async () => {
    const source = await startApp()
    const file = await backUp(source)
    const place = await freshPlace()
    await writeFile(join(place.dataDir, 'miktos.db'), 'this was a database once')
    assert.equal(await isEmptyDatabase(place.databaseUrl), false)
    await restore(file, place)
    assert.equal((await (await startRestored(place)).login('admin', adminPassword)).statusCode, 200)
  })

  test('stands in the audit log that it brought back, and which servers ran does not come back', async () => {
    const source = await startApp()
    const place = await freshPlace()
    await restore(await backUp(source), place)
    const { admin } = await startRestored(place)
    const { logs } = (await admin('GET', '/api/v1/admin/logs?action=backup.')).json()
    assert.deepEqual(
      logs.map(({ action }: { action: string }) => action),
      ['backup.restore', 'backup.create'],
    )
    assert.equal((await admin('GET', '/api/v1/admin/server/processes')).json().count, 0)
  })

  test('refuses a backup without its secret where that is not in place, and takes it where it is', async () => {
    const source = await startApp()
    const file = await backUp({ admin: source.as(source.app.localToken) }, {})
    const place = await freshPlace()
    const secretFile = join(place.dataDir, 'secret.key')
    await assert.rejects(restore(file, place, null), /put secret\.key of that installation in place/)
    await writeFile(secretFile, 'the secret of quite another installation')
    await assert.rejects(restore(file, place, null), /is not the secret of the backup/)
    assert.equal(await isEmptyDatabase(place.databaseUrl), true)
    await copyFile(join(source.app.platform.config.get('data_dir'), 'secret.key'), secretFile)
    await restore(file, place, null)
    await requireUnbrokenAudit(await startRestored(place))
  })

  test('refuses a backup of a newer version and one that belongs to another secret_key', async () => {
    const source = await startApp()
    const backup = await openBackup(await backUp(source), passphrase)
    const place = await freshPlace()
    const target = { ...place, secretKey: undefined, migrations, now: 0 }
    await assert.rejects(
      restoreBackup(backup, { ...target, migrations: migrations.slice(0, -1) }),
      /newer than this one/,
    )
    await assert.rejects(
      restoreBackup(backup, { ...target, secretKey: 'x'.repeat(40) }),
      /secret_key is not that of the backup/,
    )
  })
})

eachEngine('backups under write load', (engine) => {
  test('20 of 20 restore, hold every write acknowledged before they began, and have an unbroken audit log', async () => {
    const source = await startApp({ database_url: await engine.freshUrl() })
    const acknowledged: string[] = []
    const load = new AbortController()
    const writer = async (name: string): Promise<void> => {
      for (let count = 0; !load.signal.aborted; count++) {
        const role = `${name}-${count}`
        const reply = await source.admin('POST', '/api/v1/admin/roles', { name: role, permissions: ['metrics:read'] })
        assert.equal(reply.statusCode, 201, reply.body)
        acknowledged.push(role)
      }
    }
    const writers = Promise.all([writer('a'), writer('b')])
    const backups: { file: string; before: string[] }[] = []
    for (let round = 0; round < 20; round++) {
      const before = [...acknowledged]
      // Not encrypted: deriving 40 keys would take longer than all the rest.
      backups.push({ before, file: await backUp({ admin: source.as(source.app.localToken) }, {}) })
    }
    load.abort()
    await writers
    for (const { file, before } of backups) {
      const place = { dataDir: await temporaryFolder(), databaseUrl: await engine.freshUrl() }
      await copyFile(join(source.app.platform.config.get('data_dir'), 'secret.key'), join(place.dataDir, 'secret.key'))
      await restore(file, place, null)
      const restored = await startRestored(place)
      const names = new Set(
        (await restored.admin('GET', '/api/v1/admin/roles')).json().map(({ name }: { name: string }) => name),
      )
      assert.deepEqual(
        before.filter((name) => !names.has(name)),
        [],
      )
      await requireUnbrokenAudit(restored)
      await restored.stop()
    }
    assert.ok(acknowledged.length > 40, `${acknowledged.length} writes were meant to happen meanwhile`)
  })

  test('what SQLite backed up is restored here, counters go on behind it, and back again nothing is missing', async () => {
    const sqlite = await startApp()
    const mara = await sqlite.user('developer', 'mara')
    const there = { dataDir: await temporaryFolder(), databaseUrl: await engine.freshUrl() }
    await restore(await backUp(sqlite), there)
    assert.equal(await isEmptyDatabase(there.databaseUrl), false)
    const middle = await startRestored(there)
    assert.equal((await middle.login('mara', mara.password)).statusCode, 200)
    await middle.user('viewer', 'nils')
    await requireUnbrokenAudit(middle)
    const back = await freshPlace()
    await restore(await backUp(middle), back)
    const names = (await (await startRestored(back)).admin('GET', '/api/v1/admin/users'))
      .json()
      .map(({ username }: { username: string }) => username)
    assert.deepEqual(names, ['admin', 'mara', 'nils'])
  })

  test('a database that is not empty is replaced whole', async () => {
    const source = await startApp()
    const file = await backUp(source)
    const place = { dataDir: await temporaryFolder(), databaseUrl: await engine.freshUrl() }
    const old = await startApp({ database_url: place.databaseUrl })
    await old.user('viewer', 'gone')
    await old.stop()
    await restore(file, place)
    const names = (await (await startRestored(place)).admin('GET', '/api/v1/admin/users'))
      .json()
      .map(({ username }: { username: string }) => username)
    assert.deepEqual(names, ['admin'])
  })
})

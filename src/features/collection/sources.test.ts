import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { until } from '../../../test/support/until.ts'

const url = '/api/v1/logs/sources'

interface Sources {
  sources: {
    kind: string
    name: string
    enabled: boolean
    lines_read: number
    items: { name: string; position: string; size_bytes: number | null }[]
    items_found: number
    problems: { name: string; problem: string }[]
    definition: object | null
  }[]
}

describe('GET and PUT /logs/sources', () => {
  test('200: files are read once they are named, and no longer once they are not', async () => {
    const { admin, app } = await startApp()
    const dir = temporaryFolder()
    const path = join(dir, 'a.log')
    writeFileSync(path, 'one\ntwo\n')
    const files = [{ name: 'shop', path: join(dir, '*.log'), labels: { env: 'prod' } }]
    const reply = await admin('PUT', url, { files })
    assert.equal(reply.statusCode, 200, reply.body)
    const read = async () => ((await admin('GET', url)).json() as Sources).sources.find(({ kind }) => kind === 'file')
    await until('both lines', async () => (await read())?.lines_read === 2)
    const { definition, items, items_found, problems, enabled } = (await read())!
    assert.deepEqual(
      { definition, items, items_found, problems, enabled },
      {
        definition: { ...files[0], multiline_start: null, enabled: true },
        items: [{ name: path, position: '8', size_bytes: 8 }],
        items_found: 1,
        problems: [],
        enabled: true,
      },
    )
    assert.match(await app.platform.metrics.registry.metrics(), /^miktos_log_lines_ingested_total\{source="file"\} 2$/m)

    assert.equal((await admin('PUT', url, { files: [{ ...files[0], enabled: false }] })).statusCode, 200)
    appendFileSync(path, 'three\n')
    assert.equal((await admin('PUT', url, { files })).statusCode, 200)
    await until('the third line', async () => (await read())?.lines_read === 3)
    assert.equal((await admin('PUT', url, { files: [] })).statusCode, 200)
    assert.equal(await read(), undefined)
  })

  test('400 for what cannot be read, by the place', async () => {
    const { admin } = await startApp()
    const good = { name: 'a', path: '/var/log/*.log' }
    for (const [files, field] of [
      [[{ ...good, path: 'relative.log' }], 'path'],
      [[{ ...good, path: '/null\0byte' }], 'path'],
      [[{ ...good, name: 'a b' }], 'name'],
      [[{ ...good, labels: { 'not-a-label': 'x' } }], 'labels'],
      [[{ ...good, multiline_start: '(' }], 'regular expression'],
      [[good, good], 'same name'],
      ['no list', 'files'],
    ] as const) {
      const reply = await admin('PUT', url, { files })
      assert.equal(reply.statusCode, 400, JSON.stringify(files))
      assert.match(reply.body, new RegExp(field), JSON.stringify(files))
    }
    assert.deepEqual(
      ((await admin('GET', url)).json() as Sources).sources.filter(({ kind }) => kind === 'file'),
      [],
    )
  })

  test('409 for who saves over what another has saved since', async () => {
    const { admin } = await startApp()
    const { revision } = (await admin('GET', url)).json() as { revision: string }
    const set = (name: string) => admin('PUT', url, { files: [{ name, path: '/var/log/*.log' }], revision })
    const both = await Promise.all([set('first'), set('second')])
    assert.deepEqual(new Set(both.map(({ statusCode }) => statusCode)), new Set([200, 409]))
    assert.equal((await set('third')).json().error.code, 'CONFLICT')
  })

  test('401 without credentials, 403 without the permission; reading needs less', async () => {
    const { anonymous, userWith } = await startApp()
    for (const method of ['GET', 'PUT']) assert.equal((await anonymous(method, url, { files: [] })).statusCode, 401)
    const { call } = await userWith('logs:read')
    assert.equal((await call('GET', url)).statusCode, 200)
    assert.equal((await call('PUT', url, { files: [] })).statusCode, 403)
    const nobody = await userWith('metrics:read')
    assert.equal((await nobody.call('GET', url)).statusCode, 403)
  })

  test('a change is in the audit log, and both faces answer', async () => {
    const { admin } = await startApp()
    await admin('PUT', url, { files: [{ name: 'shop', path: '/var/log/shop/*.log' }] })
    assert.match((await admin('GET', '/api/v1/admin/logs')).body, /logs\.set-sources/)
    const { success, data } = (await admin('GET', '/api/logs/sources')).json() as { success: boolean; data: Sources }
    assert.equal(success, true)
    assert.deepEqual(
      data.sources.map(({ kind, name }) => [kind, name]),
      [
        ['own', 'miktos'],
        ['file', 'shop'],
      ],
    )
  })
})

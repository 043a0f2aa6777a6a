import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startApp, type Call } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const path = '/api/v1/dashboards'
const panel = { id: 'a', type: 'timeseries', title: 'CPU', x: 0, y: 0, w: 12, h: 8, queries: [{ expr: 'up' }] }

const create = async (call: Call, board: object = {}, more: object = {}) => {
  const reply = await call('POST', path, { board: { title: 'Orders', panels: [panel], ...board }, ...more })
  assert.equal(reply.statusCode, 201, reply.body)
  return reply.json()
}

const find = (list: { id: string }[], id: string) => list.find((one) => one.id === id)

describe('GET /metrics/dashboards', () => {
  test('200 with exactly id, title, description, url and tags; the built-in ones are there', async () => {
    const { admin } = await startApp()
    const { dashboards } = (await admin('GET', '/api/v1/metrics/dashboards')).json()
    for (const id of ['system-overview', 'api-metrics', 'containers', 'miktos']) {
      const entry = find(dashboards, id)!
      assert.deepEqual(Object.keys(entry).toSorted(), ['description', 'id', 'tags', 'title', 'url'])
      assert.equal((entry as unknown as { url: string }).url, `/grafana/d/${id}`)
    }
    assert.deepEqual((await admin('GET', '/api/metrics/dashboards')).json(), { success: true, data: { dashboards } })
  })

  test('a change shows at once though the list is cached', async () => {
    const { admin } = await startApp()
    const titles = async (): Promise<string[]> => {
      const { dashboards } = (await admin('GET', '/api/v1/metrics/dashboards')).json()
      return dashboards.map(({ title }: { title: string }) => title)
    }
    assert.ok(!(await titles()).includes('Orders'))
    const { id, board, version } = await create(admin)
    assert.ok((await titles()).includes('Orders'))
    await admin('PUT', `${path}/${id}`, { board: { ...board, title: 'Sales' }, version })
    assert.ok((await titles()).includes('Sales'))
    await admin('DELETE', `${path}/${id}`)
    assert.ok(!(await titles()).includes('Sales'))
  })

  test('it is read from the cache for an hour', async () => {
    const { admin, app } = await startApp()
    const { cache } = app.platform
    await admin('GET', '/api/v1/metrics/dashboards')
    const before = (await cache.stats()).hits
    await admin('GET', '/api/v1/metrics/dashboards')
    assert.equal((await cache.stats()).hits, before + 1)
  })

  test('401 for a stranger, 403 without metrics:read', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('GET', '/api/v1/metrics/dashboards')).statusCode, 401)
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/v1/metrics/dashboards')).statusCode, 403)
  })
})

describe('POST /dashboards', () => {
  test('201 with an id made of the title, which stays when the title changes', async () => {
    const { admin } = await startApp()
    const made = await create(admin, { title: 'Über GPUs!' })
    assert.deepEqual(
      [made.id, made.version, made.source, made.can_edit, made.owner_username],
      ['uber-gpus', 1, 'own', true, 'admin'],
    )
    assert.equal(made.board.panels[0].reduce, 'last')
    const renamed = (
      await admin('PUT', `${path}/${made.id}`, { board: { ...made.board, title: 'x' }, version: 1 })
    ).json()
    assert.deepEqual([renamed.id, renamed.title, renamed.version], ['uber-gpus', 'x', 2])
  })

  test('the second of the same title, and one with the title of a built-in, get an id of their own', async () => {
    const { admin } = await startApp()
    assert.equal((await create(admin)).id, 'orders')
    assert.equal((await create(admin)).id, 'orders-2')
    assert.equal((await create(admin, { title: 'System overview' })).id, 'system-overview-2')
    assert.equal((await create(admin, { title: '仪表板' })).id, 'dashboard')
  })

  test('400 for panels that do not fit, ids and names that occur twice, and what is unknown', async () => {
    const { admin } = await startApp()
    const variable = { type: 'text', name: 'a' }
    for (const board of [
      { title: ' ' },
      { panels: [{ ...panel, x: 20 }] },
      { panels: [panel, panel] },
      { panels: [{ ...panel, type: 'pie' }] },
      { variables: [variable, variable] },
      { variables: [{ type: 'query', name: 'q', query: 'query_result(up)' }] },
      { colour: 'red' },
    ]) {
      const reply = await admin('POST', path, { board: { title: 'x', panels: [panel], ...board } })
      assert.equal(reply.statusCode, 400, JSON.stringify(board))
    }
  })

  test('403 for a viewer, who reads all the same', async () => {
    const { user } = await startApp()
    const { call } = await user('viewer')
    assert.equal((await call('POST', path, { board: { title: 'x' } })).statusCode, 403)
    assert.equal((await call('GET', `${path}/miktos`)).json().can_edit, false)
  })
})

describe('PUT /dashboards/{dashboard_id}', () => {
  test('409 with the newer version and who saved it', async () => {
    const { admin, user } = await startApp()
    const { id, board } = await create(admin, {}, { open: true })
    const mara = await user('operator', 'mara')
    assert.equal((await mara.call('PUT', `${path}/${id}`, { board, version: 1 })).statusCode, 200)
    const late = await admin('PUT', `${path}/${id}`, { board: { ...board, title: 'lost?' }, version: 1 })
    assert.equal(late.statusCode, 409)
    const { code, details } = late.json().error
    assert.deepEqual([code, details.version, details.updated_by], ['CONFLICT', 2, 'mara'])
    assert.equal((await admin('GET', `${path}/${id}`)).json().title, 'Orders')
  })

  test("403 for somebody else's unless it is open or one configures the installation", async () => {
    const { admin, user } = await startApp()
    const [mara, noor] = [await user('operator', 'mara'), await user('developer', 'noor')]
    const { id, board } = await create(mara.call)
    assert.equal((await noor.call('PUT', `${path}/${id}`, { board, version: 1 })).statusCode, 403)
    assert.equal((await noor.call('DELETE', `${path}/${id}`)).statusCode, 403)
    assert.equal((await mara.call('PUT', `${path}/${id}`, { board, version: 1, open: true })).statusCode, 200)
    assert.equal((await noor.call('PUT', `${path}/${id}`, { board, version: 2, open: false })).json().open, true)
    assert.equal((await noor.call('DELETE', `${path}/${id}`)).statusCode, 403)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 404)
  })

  test('409 for a built-in one, 404 for one that is not there', async () => {
    const { admin } = await startApp()
    const body = { board: { title: 'x' }, version: 1 }
    const locked = await admin('PUT', `${path}/miktos`, body)
    assert.deepEqual([locked.statusCode, locked.json().error.details.locked], [409, 'builtin'])
    assert.equal((await admin('DELETE', `${path}/miktos`)).statusCode, 409)
    assert.equal((await admin('PUT', `${path}/none`, body)).statusCode, 404)
  })

  test('the audit log names the panel that changed', async () => {
    const { admin } = await startApp()
    const { id, board } = await create(admin)
    await admin('PUT', `${path}/${id}`, {
      board: { ...board, panels: [{ ...board.panels[0], title: 'RAM' }] },
      version: 1,
    })
    const { logs } = (await admin('GET', '/api/v1/audit?action=dashboard.update')).json()
    assert.equal(logs.length, 1)
    assert.equal(logs[0].target.id, id)
    assert.deepEqual(
      logs[0].changes.map((change: { field: string }) => change.field),
      ['panel a'],
    )
  })
})

describe('PUT /dashboards/{dashboard_id}/star', () => {
  test("200 twice over; everybody's stars are their own", async () => {
    const { admin, user } = await startApp()
    const { call } = await user('viewer')
    for (const starred of [true, true]) {
      assert.equal((await call('PUT', `${path}/miktos/star`, { starred })).statusCode, 200)
    }
    assert.equal((await call('GET', `${path}/miktos`)).json().starred, true)
    assert.equal((await admin('GET', `${path}/miktos`)).json().starred, false)
    await call('PUT', `${path}/miktos/star`, { starred: false })
    assert.equal((await call('GET', `${path}/miktos`)).json().starred, false)
    assert.equal((await call('PUT', `${path}/none/star`, { starred: true })).statusCode, 404)
  })

  test('403 for ADMIN_TOKEN, which is no user', async () => {
    const { as } = await startApp({ admin_token: 'a-long-random-admin-token-for-this-test' })
    const bootstrap = as('a-long-random-admin-token-for-this-test')
    assert.equal((await bootstrap('PUT', `${path}/miktos/star`, { starred: true })).statusCode, 403)
    assert.equal((await create(bootstrap)).owner_id, null)
  })
})

describe('dashboards_dir', () => {
  test('files win, are locked, are read again when they change, and a broken one is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'miktos-test-'))
    after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'miktos.yaml'), 'title: From a file\npanels: []\n')
    await writeFile(join(folder, 'broken.yml'), 'title: [')
    const { admin, clock } = await startApp({ dashboards_dir: folder })
    const { dashboards, problems } = (await admin('GET', path)).json()
    assert.deepEqual(
      [(find(dashboards, 'miktos') as unknown as { source: string }).source, problems[0].file],
      ['file', 'broken.yml'],
    )
    const locked = await admin('PUT', `${path}/miktos`, { board: { title: 'x' }, version: 1 })
    assert.deepEqual([locked.statusCode, locked.json().error.details.locked], [409, 'file'])
    await admin('GET', '/api/v1/metrics/dashboards')
    await writeFile(join(folder, 'miktos.yaml'), 'title: Changed in the file\n')
    clock.advance(3_000)
    await until('the file is read again', async () => {
      const listed = (await admin('GET', '/api/v1/metrics/dashboards')).json()
      return (find(listed.dashboards, 'miktos') as unknown as { title: string }).title === 'Changed in the file'
    })
  })
})

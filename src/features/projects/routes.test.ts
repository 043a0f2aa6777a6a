import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp, type Call } from '../../../test/support/app.ts'

const create = async (call: Call, body: object = {}) => {
  const reply = await call('POST', '/api/v1/projects', { name: 'Support bot', ...body })
  assert.equal(reply.statusCode, 201, reply.body)
  return reply.json()
}

const names = async (call: Call, query = ''): Promise<string[]> => {
  const { projects } = (await call('GET', `/api/v1/projects?sort=name&${query}`)).json()
  return projects.map(({ name }: { name: string }) => name)
}

describe('POST /projects', () => {
  test('201 with a project at rest that belongs to the caller, on both faces', async () => {
    const { user } = await startApp()
    const mara = await user('user', 'mara')
    const project = await create(mara.call, { description: 'Answers first' })
    assert.deepEqual(
      [project.owner_id, project.owner_username, project.status, project.message_count, project.demo, project.can_edit],
      [mara.id, 'mara', 'NONE', 0, false, true],
    )
    assert.deepEqual(project.next_statuses, ['PENDING'])
    const enveloped = (await mara.call('GET', `/api/projects/${project.id}`)).json()
    assert.deepEqual(enveloped, { success: true, data: project })
  })

  test('400 for an empty name, a line break in it, an unknown field, and a project that would start finished', async () => {
    const { admin } = await startApp()
    for (const body of [
      { name: ' ' },
      { name: 'a\nb' },
      { name: 'a', colour: 'red' },
      { name: 'a', status: 'COMPLETED' },
      {},
    ]) {
      assert.equal((await admin('POST', '/api/v1/projects', body)).statusCode, 400, JSON.stringify(body))
    }
  })

  test('401 for a stranger and 403 for a role without projects', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('POST', '/api/v1/projects', { name: 'a' })).statusCode, 401)
    const viewer = await user('viewer')
    assert.equal((await viewer.call('POST', '/api/v1/projects', { name: 'a' })).statusCode, 403)
  })

  test('an owner other than oneself needs projects:write, and has to exist', async () => {
    const { admin, user } = await startApp()
    const [mara, noor] = [await user('user', 'mara'), await user('user', 'noor')]
    assert.equal((await create(admin, { owner_id: mara.id })).owner_username, 'mara')
    assert.equal((await mara.call('POST', '/api/v1/projects', { name: 'a', owner_id: noor.id })).statusCode, 403)
    const nobody = await admin('POST', '/api/v1/projects', { name: 'a', owner_id: 'nobody' })
    assert.deepEqual([nobody.statusCode, nobody.json().error.details.fields[0].field], [400, 'owner_id'])
  })

  test('ADMIN_TOKEN, which is no user, has to name the owner', async () => {
    const { as, adminId } = await startApp({ admin_token: 'a-long-random-admin-token-for-this-test' })
    const bootstrap = as('a-long-random-admin-token-for-this-test')
    assert.equal((await bootstrap('POST', '/api/v1/projects', { name: 'a' })).statusCode, 400)
    assert.equal((await create(bootstrap, { owner_id: adminId })).owner_id, adminId)
  })

  test('names come back exactly as they were written', async () => {
    const { admin } = await startApp()
    const names = [
      `'; drop table projects; --`,
      '<script>alert(1)</script>',
      '%_!\\',
      'مشروع',
      '👩🏽‍🚀 e\u0301',
      '${jndi:ldap://x}',
      '../../etc/passwd',
    ]
    for (const name of names) {
      const { id } = await create(admin, { name })
      assert.equal((await admin('GET', `/api/v1/projects/${id}`)).json().name, name)
    }
  })
})

describe('GET /projects', () => {
  test("200 with one's own only, and with everybody's for projects:read", async () => {
    const { admin, user } = await startApp()
    const [mara, noor] = [await user('user', 'mara'), await user('user', 'noor')]
    await create(mara.call, { name: 'hers' })
    await create(noor.call, { name: 'theirs' })
    assert.deepEqual(await names(mara.call), ['hers'])
    assert.deepEqual(await names(admin), ['hers', 'theirs'])
    const filtered = (await mara.call('GET', `/api/v1/projects?owner_id=${noor.id}`)).json()
    assert.deepEqual(filtered, { projects: [], total: 0, has_more: false })
  })

  test('pages tell how many there are and whether there are more', async () => {
    const { admin } = await startApp()
    for (const name of ['a', 'b', 'c']) await create(admin, { name })
    const page = async (query: string) => (await admin('GET', `/api/v1/projects?sort=name&${query}`)).json()
    const first = await page('limit=2')
    assert.deepEqual([first.projects.length, first.total, first.has_more], [2, 3, true])
    const rest = await page('limit=2&offset=2')
    assert.deepEqual([rest.projects[0].name, rest.has_more], ['c', false])
    assert.equal((await admin('GET', '/api/v1/projects?limit=0')).statusCode, 400)
  })

  test('filters by status and by words of the name or description, literally and whatever the case', async () => {
    const { admin } = await startApp()
    await create(admin, { name: 'Über_bot', status: 'PENDING' })
    await create(admin, { name: 'other', description: 'talks to the ÜBER_BOT' })
    await create(admin, { name: 'berxbot' })
    assert.deepEqual(await names(admin, `q=${encodeURIComponent('Über_')}`), ['other', 'Über_bot'])
    assert.deepEqual(await names(admin, 'q=R_BOT'), ['other', 'Über_bot'])
    assert.deepEqual(await names(admin, 'status=PENDING'), ['Über_bot'])
  })
})

describe('GET /projects/{project_id}', () => {
  test("404 for somebody else's as for one that is not there", async () => {
    const { admin, user } = await startApp()
    const { id } = await create(admin)
    const mara = await user('user')
    const [foreign, missing] = [
      await mara.call('GET', `/api/v1/projects/${id}`),
      await mara.call('GET', '/api/v1/projects/nothing'),
    ]
    assert.deepEqual([foreign.statusCode, missing.statusCode], [404, 404])
    assert.deepEqual(foreign.json().error.details, { project_id: id })
  })
})

describe('PUT /projects/{project_id}', () => {
  test('200 changes what is named, keeps the rest, and the audit log has both', async () => {
    const { admin, app } = await startApp()
    const project = await create(admin, { description: 'kept' })
    const changed = (await admin('PUT', `/api/v1/projects/${project.id}`, { name: 'Renamed' })).json()
    assert.deepEqual([changed.name, changed.description], ['Renamed', 'kept'])
    assert.ok(changed.updated_at > project.updated_at, 'also within the same millisecond')
    const record = await app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'project.update')
      .executeTakeFirstOrThrow()
    assert.deepEqual(
      [JSON.parse(record.before_json!).name, JSON.parse(record.after_json!).name],
      ['Support bot', 'Renamed'],
    )
  })

  test('goes NONE, PENDING, PROCESSING, COMPLETED and round again; 409 names the steps there are', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin)
    const step = (status: string) => admin('PUT', `/api/v1/projects/${id}`, { status })
    for (const status of ['PENDING', 'PROCESSING', 'COMPLETED', 'COMPLETED', 'PENDING', 'NONE']) {
      const reply = await step(status)
      assert.deepEqual([reply.statusCode, reply.json().status], [200, status])
    }
    const skipped = await step('COMPLETED')
    assert.equal(skipped.statusCode, 409)
    assert.deepEqual(skipped.json().error.details, { from: 'NONE', to: 'COMPLETED', allowed: ['PENDING'] })
  })

  test('409 when somebody changed it since it was read, and nothing is overwritten', async () => {
    const { admin } = await startApp()
    const { id, updated_at } = await create(admin)
    assert.equal((await admin('PUT', `/api/v1/projects/${id}`, { name: 'first', updated_at })).statusCode, 200)
    const late = await admin('PUT', `/api/v1/projects/${id}`, { name: 'second', updated_at })
    assert.deepEqual([late.statusCode, late.json().error.code], [409, 'CONFLICT'])
    assert.equal((await admin('GET', `/api/v1/projects/${id}`)).json().name, 'first')
  })

  test("handing over is for projects:write; an owner cannot give a project away, nor an onlooker edit another's", async () => {
    const { admin, user } = await startApp()
    const [mara, noor] = [await user('user', 'mara'), await user('developer', 'noor')]
    const { id } = await create(mara.call)
    const path = `/api/v1/projects/${id}`
    assert.equal((await mara.call('PUT', path, { owner_id: noor.id })).statusCode, 403)
    const onlooker = await noor.call('PUT', path, { name: 'mine now' })
    assert.deepEqual([onlooker.statusCode, onlooker.json().error.details], [403, { permission: 'projects:write' }])
    assert.equal((await noor.call('GET', path)).json().can_edit, false)
    assert.equal((await admin('PUT', path, { owner_id: noor.id })).json().owner_username, 'noor')
    assert.equal((await mara.call('GET', path)).statusCode, 404)
    assert.equal((await admin('PUT', path, { owner_id: 'nobody' })).statusCode, 400)
  })
})

describe('DELETE /projects/{project_id}', () => {
  test('200 takes the messages along, 404 the second time', async () => {
    const { admin, app } = await startApp()
    const { id } = await create(admin)
    await admin('POST', `/api/v1/projects/${id}/messages`, { content: 'hello' })
    assert.equal((await admin('DELETE', `/api/v1/projects/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `/api/v1/projects/${id}`)).statusCode, 404)
    assert.deepEqual(await app.platform.database.read.selectFrom('messages').selectAll().execute(), [])
  })

  test("404 for somebody else's, 403 for one that may only be seen", async () => {
    const { admin, user } = await startApp()
    const { id } = await create(admin)
    const [mara, dev] = [await user('user'), await user('developer')]
    assert.equal((await mara.call('DELETE', `/api/v1/projects/${id}`)).statusCode, 404)
    assert.equal((await dev.call('DELETE', `/api/v1/projects/${id}`)).statusCode, 403)
  })
})

describe('/projects/{project_id}/messages', () => {
  test('201 with the author; listed newest first, with total and has_more, by role', async () => {
    const { user, clock } = await startApp()
    const mara = await user('user', 'mara')
    const { id } = await create(mara.call)
    const path = `/api/v1/projects/${id}/messages`
    const first = await mara.call('POST', path, { content: 'Where is my order?' })
    assert.equal(first.statusCode, 201)
    assert.deepEqual(
      [first.json().role, first.json().author_id, first.json().author_username],
      ['user', mara.id, 'mara'],
    )
    clock.advance(1_000)
    await mara.call('POST', path, { role: 'assistant', content: 'On its way.' })
    const page = (await mara.call('GET', `${path}?limit=1`)).json()
    assert.deepEqual([page.messages[0].content, page.total, page.has_more], ['On its way.', 2, true])
    const mine = (await mara.call('GET', `${path}?role=user`)).json()
    assert.deepEqual([mine.messages.length, mine.total, mine.has_more], [1, 1, false])
    const project = (await mara.call('GET', `/api/v1/projects/${id}`)).json()
    assert.deepEqual([project.message_count, project.last_message_at], [2, page.messages[0].created_at])
  })

  test('100 kB fit, one byte more does not, whatever it takes to write it down', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin)
    const post = (content: string) => admin('POST', `/api/v1/projects/${id}/messages`, { content })
    const full = 'é'.repeat(51_200)
    assert.equal((await post(full)).json().content, full)
    assert.equal((await post(`${full}!`)).statusCode, 400)
    assert.equal((await post('')).statusCode, 400)
    assert.equal((await post('a\0b')).statusCode, 400)
  })

  test('what was said is not copied into the audit log', async () => {
    const { admin, app } = await startApp()
    const { id } = await create(admin)
    await admin('POST', `/api/v1/projects/${id}/messages`, { content: 'a private matter' })
    const record = await app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'message.create')
      .executeTakeFirstOrThrow()
    assert.deepEqual(JSON.parse(record.after_json!), { project_id: id, role: 'user', bytes: 16 })
  })

  test("404 in somebody else's project, for reading, writing and deleting; for a message of another project too", async () => {
    const { admin, user } = await startApp()
    const [one, other] = [await create(admin), await create(admin)]
    const message = (await admin('POST', `/api/v1/projects/${one.id}/messages`, { content: 'x' })).json()
    const mara = await user('user')
    const path = `/api/v1/projects/${one.id}/messages`
    assert.equal((await mara.call('GET', path)).statusCode, 404)
    assert.equal((await mara.call('POST', path, { content: 'x' })).statusCode, 404)
    assert.equal((await mara.call('DELETE', `${path}/${message.id}`)).statusCode, 404)
    assert.equal((await admin('DELETE', `/api/v1/projects/${other.id}/messages/${message.id}`)).statusCode, 404)
    assert.equal((await admin('DELETE', `${path}/${message.id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${path}/${message.id}`)).statusCode, 404)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { messageCounts } from './store.ts'

eachEngine('projects', (engine) => {
  const start = async () => startApp({ database_url: await engine.freshUrl() })

  test('eight changes at once from the same state leave one winner and seven conflicts', async () => {
    const { admin } = await start()
    const { id, updated_at } = (await admin('POST', '/api/v1/projects', { name: 'contended' })).json()
    const rename = (index: number) => admin('PUT', `/api/v1/projects/${id}`, { name: `name ${index}`, updated_at })
    const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => rename(index)))
    const winners = replies.filter(({ statusCode }) => statusCode === 200)
    assert.equal(winners.length, 1)
    assert.equal(replies.filter(({ statusCode }) => statusCode === 409).length, 7)
    const winner = winners[0]!.json()
    assert.equal((await admin('GET', `/api/v1/projects/${id}`)).json().name, winner.name)
  })

  test('hostile text comes back as it was written and is found by its own words', async () => {
    const { admin } = await start()
    const name = `'"\\;-- %_! <b> مشروع 👩🏽‍🚀`
    const { id } = (await admin('POST', '/api/v1/projects', { name })).json()
    await admin('POST', `/api/v1/projects/${id}/messages`, { content: `${name}\r\n\tend` })
    for (const q of [name, '%_!', 'مشروع', '👩🏽‍🚀', '\\;-- %_! <B>']) {
      const { projects } = (await admin('GET', `/api/v1/projects?q=${encodeURIComponent(q)}`)).json()
      assert.deepEqual(
        projects.map((project: { name: string }) => project.name),
        [name],
        q,
      )
    }
    assert.equal((await admin('GET', `/api/v1/projects/${id}/messages`)).json().messages[0].content, `${name}\r\n\tend`)
  })

  test('U+0000 in an id or a search is no server error', async () => {
    const { admin } = await start()
    for (const path of ['/api/v1/projects/a%00b', '/api/v1/projects?q=%00', '/api/v1/projects?owner_id=%00']) {
      assert.ok((await admin('GET', path)).statusCode < 500, path)
    }
  })

  test('deleting a project, or its owner with all that is theirs, takes the messages along', async () => {
    const { admin, user, app, clock } = await start()
    const mara = await user('user')
    const { id } = (await mara.call('POST', '/api/v1/projects', { name: 'hers' })).json()
    const since = clock.now()
    await mara.call('POST', `/api/v1/projects/${id}/messages`, { content: 'x' })
    const { read } = app.platform.database
    assert.equal((await messageCounts(read, 'project_id', since)).get(id), 1)
    assert.equal((await messageCounts(read, 'author_id', since)).get(mara.id), 1)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${mara.id}`)).statusCode, 409)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${mara.id}?projects=delete`)).statusCode, 200)
    assert.deepEqual(await messageCounts(read, 'project_id', 0), new Map())
  })
})

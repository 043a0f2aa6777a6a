import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'

const path = '/api/v1/dashboards'

eachEngine('dashboards', (engine) => {
  const start = async () => startApp({ database_url: await engine.freshUrl() })

  test('eight saves at once of the same version leave one winner and seven conflicts', async () => {
    const { admin } = await start()
    const { id, board } = (await admin('POST', path, { board: { title: 'contended' } })).json()
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        admin('PUT', `${path}/${id}`, { board: { ...board, title: `title ${index}` }, version: 1 }),
      ),
    )
    const winners = replies.filter(({ statusCode }) => statusCode === 200)
    assert.equal(winners.length, 1, replies.map(({ statusCode }) => statusCode).join())
    for (const reply of replies.filter(({ statusCode }) => statusCode !== 200)) {
      assert.deepEqual([reply.statusCode, reply.json().error.details.version], [409, 2])
    }
    assert.equal((await admin('GET', `${path}/${id}`)).json().title, winners[0]!.json().title)
  })

  test('four of the same title at once never share an id', async () => {
    const { admin } = await start()
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => admin('POST', path, { board: { title: 'same' } })),
    )
    const made = replies.filter(({ statusCode }) => statusCode === 201).map((reply) => reply.json().id as string)
    assert.ok(made.length >= 1)
    assert.equal(new Set(made).size, made.length)
    assert.ok(replies.every(({ statusCode }) => [201, 409].includes(statusCode)))
  })

  test('hostile text comes back as it was written, and many panels fit', async () => {
    const { admin } = await start()
    const title = `'"\\;-- %_! <b> مشروع 👩🏽‍🚀`
    const panels = Array.from({ length: 300 }, (_, index) => ({
      id: `p${index}`,
      type: 'stat',
      title,
      x: 0,
      y: index,
      w: 6,
      h: 1,
      queries: [{ expr: `up{a="${'x'.repeat(200)}"}` }],
    }))
    const { id } = (await admin('POST', path, { board: { title, panels } })).json()
    const { board } = (await admin('GET', `${path}/${id}`)).json()
    assert.deepEqual([board.title, board.panels.length, board.panels[299].title], [title, 300, title])
  })

  test('a dashboard outlives its owner, stars do not', async () => {
    const { admin, user } = await start()
    const mara = await user('operator', 'mara')
    const { id } = (await mara.call('POST', path, { board: { title: 'hers' } })).json()
    await mara.call('PUT', `${path}/${id}/star`, { starred: true })
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${mara.id}`)).statusCode, 200)
    const left = (await admin('GET', `${path}/${id}`)).json()
    assert.deepEqual([left.owner_id, left.owner_username, left.can_edit], [null, null, true])
  })
})

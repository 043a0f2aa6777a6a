import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '#platform/database/open.ts'
import { eachEngine } from '../support/engines.ts'
import { temporaryFolder } from '../support/folder.ts'
import { hook } from '../support/hook.ts'
import { freePort } from '../support/port.ts'
import { startServer } from '../support/server.ts'
import { scripted, summary, tellAtOnce } from '../support/toldByProcess.ts'
import { told } from '../support/told.ts'
import { until } from '../support/until.ts'

/** Half of them graceful. MIKTOS_TEST_RESTARTS=100 for the long run. */
const rounds = Math.ceil(Number(process.env['MIKTOS_TEST_RESTARTS'] ?? 6) / 2)

eachEngine('notifications over restarts', (engine) => {
  // What the engine has to bear is the same on both servers; each restart takes seconds.
  if (engine.name === 'MariaDB') return
  const timeout = 60_000 + rounds * 30_000

  const run = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const dataDir = temporaryFolder()
    const databaseUrl = await engine.freshUrl()
    const receiver = await hook()
    // Slow enough that many a message is on its way when the server ends.
    receiver.answer((response) => void setTimeout(() => response.end('ok'), 150))
    const env = {
      MIKTOS_DATABASE_URL: databaseUrl,
      MIKTOS_OUTBOUND_ALLOW: '127.0.0.0/8',
      MIKTOS_ALERTS_EVALUATE: 'false',
      MIKTOS_METRICS_INTERVAL_SECONDS: '0',
    }
    const port = await freePort()
    let server = await startServer({ dataDir, env, port })
    await tellAtOnce(server, receiver)
    const database = await openDatabase(databaseUrl)
    after(() => database.close())
    const { fires, resolves } = scripted(database)
    const wanted: string[] = []
    for (let round = 0; round < rounds; round++) {
      for (const part of ['a', 'b', 'c']) {
        await fires(`${part}${round}`)
        wanted.push(`+${part}${round}`)
      }
      // What fired in the round before was told by now, or is on its way.
      if (round > 0)
        for (const part of ['a', 'b', 'c']) {
          await until(`${part}${round - 1} is told`, () => told(receiver).includes(`+${part}${round - 1}`), 60_000)
          await resolves(`${part}${round - 1}`)
          wanted.push(`-${part}${round - 1}`)
        }
      await delay(Math.random() * 4_000)
      server.process.kill(signal)
      await server.exited
      server = await startServer({ dataDir, env, port })
    }
    await until('all were told', () => wanted.every((text) => told(receiver).includes(text)), 60_000)
    // Whatever would come twice would come now.
    await delay(4_000)
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 0)
    const { once, doubled, repeated } = summary(receiver)
    assert.deepEqual([...once, ...doubled, ...repeated].toSorted(), wanted.toSorted())
    return { doubled, repeated }
  }

  test(`${rounds} graceful restarts lose none, and tell none twice`, { timeout }, async () => {
    assert.deepEqual(await run('SIGTERM'), { doubled: [], repeated: [] })
  })

  test(`${rounds} times kill -9 lose none, and tell again only under the same id`, { timeout }, async (t) => {
    const { doubled, repeated } = await run('SIGKILL')
    t.diagnostic(`${repeated.length} messages came again under their id`)
    assert.deepEqual(doubled, [])
  })
})

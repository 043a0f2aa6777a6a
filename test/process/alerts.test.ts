import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  apiOf,
  assertSameAlerts,
  expectedAlerts,
  firedAlerts,
  forSeconds,
  sampler,
  watchBusyHosts,
  type Busy,
} from '../support/busyHosts.ts'
import { databaseEngines } from '../support/engines.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { Random } from '../support/random.ts'
import { startServer, type ServerProcess } from '../support/server.ts'

/** Half of them with -9. Set it to 100 for the long run. */
const restarts = Number(process.env['MIKTOS_ALERT_RESTARTS'] ?? 6)
/** Long enough that each restart falls within the script. */
const seconds = Math.max(60, restarts * 12)

function script(random: Random): Busy {
  const hosts = Array.from({ length: 6 }, (_, index) => `host-${index}`)
  return new Map(
    hosts.map((host) => {
      const spans: [number, number][] = []
      let at = random.between(2, 20)
      while (at + 45 < seconds) {
        const to = at + random.between(forSeconds + 8, 35)
        spans.push([at, to])
        at = to + random.between(15, 40)
      }
      return [host, spans]
    }),
  )
}

describe('alerts over restarts', { concurrency: true }, () => {
  for (const engine of databaseEngines().filter(({ name }) => name !== 'MariaDB')) {
    test(
      `${restarts} of them on ${engine.name}, half by kill -9, give those of an evaluation without any`,
      {
        timeout: (seconds + restarts * 30 + 60) * 1_000,
        skip: engine.url === undefined && 'there is no server for it',
      },
      async () => {
        const random = new Random(20_261_122)
        const busy = script(random)
        const env = { MIKTOS_DATABASE_URL: await engine.freshUrl(), MIKTOS_METRICS_INTERVAL_SECONDS: '0' }
        const dataDir = temporaryFolder()
        const port = await freePort()
        let server: ServerProcess = await startServer({ dataDir, env, port })
        let token = await server.login()
        const reached = (): { url: string; token: string } => ({ url: server.url, token })
        const call = apiOf(reached)
        await watchBusyHosts(call)

        const beganAt = Date.now()
        const sender = sampler(busy, beganAt, reached)
        for (let restart = 0; restart < restarts; restart++) {
          await delay(((seconds * 0.9) / restarts) * 1_000 * (0.5 + random.next() * 0.5))
          server.process.kill(restart % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
          await server.exited
          server = await startServer({ dataDir, env, port })
          token = await server.login()
        }
        await delay(Math.max(0, beganAt + (seconds + 20) * 1_000 - Date.now()))
        await sender.stop()
        assertSameAlerts(await firedAlerts(call), expectedAlerts(busy, beganAt))
        server.process.kill('SIGTERM')
        assert.equal(await server.exited, 0)
      },
    )
  }
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { faultProxy, type FaultProxy } from '../support/faultProxy.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ownPrometheus, withoutPrometheus, type Prometheus } from '../support/prometheus.ts'
import { remoteWrite } from '../support/remoteWrite.ts'
import { launchServer, type ServerProcess } from '../support/server.ts'
import { until } from '../support/until.ts'

const token = 'a-token-of-every-right-for-tests'
const authorization = `Bearer ${token}`
const quiet = {
  MIKTOS_ADMIN_TOKEN: token,
  MIKTOS_METRICS_INTERVAL_SECONDS: '0',
  MIKTOS_LOGS_OWN: 'false',
  MIKTOS_LOGS_JOURNAL: 'false',
  MIKTOS_LOGS_DOCKER: 'false',
}

const launch = (dataDir: string, env: Record<string, string> = {}): Promise<ServerProcess> =>
  launchServer({ dataDir, env: { ...quiet, ...env } }, (child) => process.once('exit', () => child.kill('SIGKILL')))

async function stop(server: ServerProcess): Promise<void> {
  server.process.kill('SIGKILL')
  await server.exited
}

async function push(server: ServerProcess, line: string): Promise<number> {
  const streams = [{ stream: { service_name: 'api' }, values: [[`${Date.now()}000000`, line]] }]
  const reply = await fetch(`${server.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ streams }),
  })
  return reply.status
}

const get = async (server: ServerProcess, path: string): Promise<string> =>
  (await fetch(`${server.url}${path}`, { headers: { authorization } })).text()

const linesIn = (server: ServerProcess): Promise<string> =>
  get(server, `/loki/api/v1/query_range?${new URLSearchParams({ query: '{service_name="api"}', limit: '100' })}`)

describe('telemetry on another server', () => {
  const folders = [
    temporaryFolder(),
    temporaryFolder(),
    temporaryFolder(),
    temporaryFolder(),
    temporaryFolder(),
  ] as const
  let back: ServerProcess
  let proxy: FaultProxy
  before(async () => {
    back = await launch(folders[0])
    proxy = await faultProxy(back.url)
  })
  after(async () => {
    await proxy.stop()
    await stop(back)
  })

  test('lines go to the server behind loki_url, and are found there', async () => {
    const front = await launch(folders[1], {
      MIKTOS_LOGS_BACKEND: 'loki',
      LOKI_URL: back.url,
      MIKTOS_LOKI_TOKEN: token,
    })
    assert.equal(await push(front, 'kept elsewhere'), 204)
    assert.match(await linesIn(front), /kept elsewhere/)
    assert.match(await linesIn(back), /kept elsewhere/)
    await stop(front)
  })

  test('a copy is made when the second server is there again, and its absence is no fault for who sends', async () => {
    await proxy.become('refuse')
    const front = await launch(folders[2], {
      MIKTOS_LOGS_BACKEND: 'fanout',
      MIKTOS_LOKI_URL: proxy.url,
      MIKTOS_LOKI_TOKEN: token,
    })
    assert.equal(await push(front, 'kept twice'), 204)
    assert.match(await linesIn(front), /kept twice/)
    assert.doesNotMatch(await linesIn(back), /kept twice/)
    await until(
      'health tells',
      async () => /"logs_store":\{"status":"degraded".*"copy_waiting":1/.test(await get(front, '/api/v1/health')),
      15_000,
    )
    await stop(front)
    await proxy.become('none')
    const again = await launch(folders[2], {
      MIKTOS_LOGS_BACKEND: 'fanout',
      MIKTOS_LOKI_URL: proxy.url,
      MIKTOS_LOKI_TOKEN: token,
    })
    assert.match(await linesIn(again), /kept twice/)
    await until('the copy is there', async () => /kept twice/.test(await linesIn(back)))
    await stop(again)
  })

  test('samples go to Prometheus, and PromQL is answered from there', { skip: withoutPrometheus() }, async () => {
    const prometheus: Prometheus = await ownPrometheus(folders[3])
    const front = await launch(folders[4], {
      MIKTOS_METRICS_BACKEND: 'prometheus',
      PROMETHEUS_URL: prometheus.url,
    })
    const series = [
      {
        labels: { __name__: 'kept_elsewhere' },
        timestamps: Float64Array.of(Date.now()),
        values: Float64Array.of(42),
      },
    ]
    const url = new URL(`${front.url}/prometheus/api/v1/write`)
    await remoteWrite(url.href, series, token)
    assert.match(await get(front, '/prometheus/api/v1/query?query=kept_elsewhere'), /"42"/)
    assert.match(await (await fetch(`${prometheus.url}/api/v1/query?query=kept_elsewhere`)).text(), /"42"/)
    await stop(front)
    await prometheus.stop()
  })

  for (const [backend, missing] of [
    ['MIKTOS_LOGS_BACKEND=loki', 'loki_url'],
    ['MIKTOS_METRICS_BACKEND=fanout', 'prometheus_url'],
  ] as const) {
    test(`${backend} without an address is a wrong configuration`, async () => {
      const [name, value] = backend.split('=') as [string, string]
      await assert.rejects(launch(folders[1], { [name]: value }), (error: Error) => {
        assert.match(error.message, /ended with 78/)
        assert.match(error.message, new RegExp(`${missing}.*is missing`))
        return true
      })
    })
  }
})

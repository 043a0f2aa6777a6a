import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { prometheusProgram, withoutPrometheus } from '../support/prometheus.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const amtoolProgram = process.env['MIKTOS_TEST_AMTOOL']

/** The product listening, and an API key that may read and write alerts. */
async function start() {
  const started = await startApp()
  // These programs have clocks of their own.
  const { clock } = started
  const ticking = setInterval(() => clock.advance(Date.now() - clock.now()), 20)
  after(() => clearInterval(ticking))
  const url = await started.app.http.listen({ port: 0, host: '127.0.0.1' })
  const order = { name: 'alerts', scopes: ['alerts:read', 'alerts:write'] }
  const { key } = (await started.admin('POST', '/api/v1/me/api-keys', order)).json() as { key: string }
  return { ...started, url, key }
}

describe('amtool', { skip: amtoolProgram ? false : 'set MIKTOS_TEST_AMTOOL' }, () => {
  test('adds, shows and silences alerts', async () => {
    const { url, key } = await start()
    const { host } = new URL(url)
    const amtool = async (...args: string[]): Promise<string> => {
      const address = `--alertmanager.url=http://amtool:${key}@${host}/alertmanager`
      const { stdout } = await run(amtoolProgram!, [address, ...args], { timeout: 30_000, env: {} })
      return stdout
    }
    await amtool('alert', 'add', 'alertname=DiskFull', 'severity=critical', 'node=a', '--annotation=summary=full')
    await amtool('alert', 'add', 'alertname=Other', 'node=b')
    assert.match(await amtool('alert', 'query'), /DiskFull[\s\S]*Other/)
    assert.match(await amtool('alert', 'query', 'severity=~crit.*', '-o', 'extended'), /node="a"/)
    assert.doesNotMatch(await amtool('alert', 'query', 'alertname=Other'), /DiskFull/)
    const id = (
      await amtool('silence', 'add', 'alertname=DiskFull', '--comment=replaced', '--author=ops', '-d', '1h')
    ).trim()
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.match(await amtool('silence', 'query'), /DiskFull[\s\S]*ops[\s\S]*replaced/)
    assert.doesNotMatch(await amtool('alert', 'query'), /DiskFull/)
    assert.match(await amtool('alert', 'query', '--silenced'), /DiskFull/)
    const changed = (await amtool('silence', 'update', id, '--comment=still')).trim()
    assert.match(changed, new RegExp(id))
    await amtool('silence', 'expire', id)
    assert.match(await amtool('alert', 'query'), /DiskFull/)
    assert.match(await amtool('silence', 'query', '--expired'), /still/)
    assert.match(await amtool('cluster', 'show'), /disabled/)
    assert.match(await amtool('config', 'show'), /receiver: miktos/)
    assert.match(await amtool('config', 'routes', 'show'), /miktos/)
    await assert.rejects(amtool('silence', 'add', 'alertname=~('), /./)
  })
})

describe('Prometheus', { skip: withoutPrometheus() }, () => {
  for (const way of ['a token', 'a password'] as const) {
    test(`reports what its rules find, with an API key as ${way}, and its end`, async () => {
      const { url, key, admin } = await start()
      const folder = temporaryFolder()
      const rules = (expr: string) =>
        `groups: [{name: g, interval: 1s, rules: [{alert: Found, expr: '${expr}', labels: {severity: page}, annotations: {summary: 'Value {{ $value }}'}}]}]\n`
      writeFileSync(join(folder, 'rules.yml'), rules('vector(1)'))
      const login =
        way === 'a token'
          ? `authorization: {credentials: '${key}'}`
          : `basic_auth: {username: prometheus, password: '${key}'}`
      writeFileSync(
        join(folder, 'prometheus.yml'),
        `rule_files: [rules.yml]
alerting:
  alertmanagers:
    - path_prefix: /alertmanager
      ${login}
      static_configs: [{targets: ['${new URL(url).host}']}]
`,
      )
      const port = await freePort()
      const prometheus = spawn(
        prometheusProgram()!,
        [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--web.enable-lifecycle',
          '--rules.alert.resend-delay=1s',
          '--log.level=error',
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      )
      const ended = once(prometheus, 'exit')
      after(async () => {
        prometheus.kill('SIGKILL')
        await ended
      })
      const active = async () => (await admin('GET', '/api/v1/alerts/active')).json().alerts
      await until('its alert is here', async () => (await active()).length === 1, 60_000)
      const [alert] = await active()
      assert.deepEqual(
        [alert.name, alert.severity, alert.state, alert.source],
        ['Found', 'critical', 'firing', 'alertmanager'],
      )
      assert.equal(alert.annotations.summary, 'Value 1')
      writeFileSync(join(folder, 'rules.yml'), rules('vector(1) > 2'))
      await until('it can be told to read its rules again', () =>
        fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' }).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      await until('its end is here', async () => (await active()).length === 0, 60_000)
    })
  }
})

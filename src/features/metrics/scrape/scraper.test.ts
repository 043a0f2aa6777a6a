import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startApp, type TestApp } from '../../../../test/support/app.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { hook } from '../../../../test/support/hook.ts'
import { until } from '../../../../test/support/until.ts'

const metadata = [
  '169.254.169.254',
  '[fd00:ec2::254]',

  '[::ffff:169.254.169.254]',
  '[fe80::1]',
  '0.0.0.0',
]

async function app({ file = [], ...settings }: { file?: string[]; outbound_allow?: string[] } = {}): Promise<TestApp> {
  const scrape_config_file = join(temporaryFolder(), 'scrape.yml')
  const job = { job_name: 'listed', scrape_interval: '1s', scrape_timeout: '1s', static_configs: [{ targets: file }] }
  writeFileSync(scrape_config_file, JSON.stringify({ scrape_configs: [job] }))
  const started = await startApp({ scrape_config_file, ...settings })
  const moving = setInterval(() => started.clock.advance(250), 50)
  after(() => clearInterval(moving))
  return started
}

const enter = ({ admin }: TestApp, ...urls: string[]) =>
  admin('PUT', '/api/v1/metrics/targets', {
    targets: urls.map((url) => ({ job: 'entered', url, interval_seconds: 1, timeout_seconds: 1 })),
  })

interface State {
  url: string
  health: string
  last_error: string | null
}

const states = async ({ admin }: TestApp): Promise<State[]> =>
  (await admin('GET', '/api/v1/metrics/targets')).json().targets

/** What is said of each target once all were looked at. */
async function outcomes(started: TestApp): Promise<Record<string, string>> {
  await until('all were looked at', async () => (await states(started)).every(({ health }) => health !== 'unknown'))
  return Object.fromEntries((await states(started)).map(({ url, health, last_error }) => [url, last_error ?? health]))
}

describe('a target', () => {
  test('on this machine is scraped where the configuration names it, with nothing listed', async () => {
    const target = await hook()
    target.answer({ status: 200, body: 'things 1\n' })
    const started = await app({ file: [`127.0.0.1:${target.port}`, `localhost:${target.port}`] })
    assert.deepEqual(Object.values(await outcomes(started)), ['up', 'up'])
  })

  test('on this machine that was entered is scraped once it is listed', async () => {
    const target = await hook()
    target.answer({ status: 200, body: 'things 1\n' })
    const url = `${target.url}/metrics`
    const strict = await app()
    await enter(strict, url)
    assert.match((await outcomes(strict))[url]!, /an administrator may list it in outbound_allow/)
    assert.equal(target.received.length, 0)
    const lenient = await app({ outbound_allow: ['127.0.0.1'] })
    await enter(lenient, url)
    assert.equal((await outcomes(lenient))[url], 'up')
  })

  test('that is metadata or link-local is called by nobody, whoever names it', async () => {
    const started = await app({ file: metadata.map((host) => `${host}:80`), outbound_allow: ['0.0.0.0/0', '::/0'] })
    await enter(started, ...metadata.map((host) => `http://${host}/latest/meta-data/`))
    const said = Object.values(await outcomes(started))
    assert.equal(said.length, 2 * metadata.length)
    for (const error of said) assert.match(error, /leads to an address that is never called/)
  })

  test('that sends elsewhere is down, and nobody goes there', async () => {
    const canary = await hook()
    const target = await hook()
    target.answer({ status: 302, headers: { location: `${canary.url}/metrics` } })
    const started = await app({ file: [`127.0.0.1:${target.port}`], outbound_allow: ['127.0.0.0/8'] })
    await enter(started, `${target.url}/metrics?entered`)
    for (const error of Object.values(await outcomes(started)))
      assert.equal(error, 'server returned HTTP status 302 redirects are not followed')
    assert.equal(canary.received.length, 0)
  })

  test('may answer with more than 1 MiB, but not without end', async () => {
    const target = await hook()
    const line = `things{with="${'x'.repeat(1_000)}"} 1\n`
    target.answer((response, { url }) => {
      if (url === '/some') return void response.end(line + `# ${'x'.repeat(2 * 1_048_576)}\n`)
      const more = (): boolean =>
        !response.destroyed && response.write('# '.repeat(100_000), () => void setImmediate(more))
      more()
    })
    const [some, endless] = [`${target.url}/some`, `${target.url}/endless`]
    const started = await app({ outbound_allow: ['127.0.0.1'] })
    await enter(started, some, endless)
    const said = await outcomes(started)
    assert.equal(said[some], 'up')
    assert.match(said[endless]!, /more than 32 MiB|did not answer within/)
  })
})

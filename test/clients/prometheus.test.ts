import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { staleNan, type Series } from '../../src/platform/telemetry/metrics/metrics.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { prometheusProgram, withoutPrometheus } from '../support/prometheus.ts'
import { until } from '../support/until.ts'
import { receiver, type Receiver } from './receiver.ts'

const exposition = `# HELP shelf_items Things on the shelf
# TYPE shelf_items gauge
shelf_items{shelf="a \\"b\\" \\\\ ü"} 1.5
shelf_items{shelf="nan"} NaN
shelf_items{shelf="inf"} +Inf
# TYPE took_seconds histogram
took_seconds_bucket{le="0.1"} 1
took_seconds_bucket{le="+Inf"} 3
took_seconds_sum 4.5
took_seconds_count 3
`

/** A program with metrics that can be stopped. */
async function scraped(): Promise<{ address: string; stop: () => void }> {
  const server = createServer((_, response) => void response.setHeader('content-type', 'text/plain').end(exposition))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  after(stop)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return { address: `127.0.0.1:${address.port}`, stop }
}

/** Prometheus scrapes the address every second and sends what it reads on. */
async function startPrometheus(address: string, { url, headers }: Receiver): Promise<void> {
  const folder = temporaryFolder()
  const settings = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [address] }] }],
    remote_write: [{ url: `${url}/prometheus/api/v1/write`, headers, metadata_config: { send_interval: '1s' } }],
  }
  const config = join(folder, 'prometheus.yml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings))
  const listen = `--web.listen-address=127.0.0.1:${await freePort()}`
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, listen, '--log.level=error']
  const child = spawn(prometheusProgram()!, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  after(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
}

const isStale = ({ values }: Series): boolean =>
  new DataView(values.buffer, values.byteOffset, values.byteLength).getBigUint64((values.length - 1) * 8, true) ===
  staleNan

describe('Prometheus, writing to us', { skip: withoutPrometheus() }, () => {
  it('delivers values, metadata, and the end of a series', async () => {
    const target = await receiver()
    const program = await scraped()
    await startPrometheus(program.address, target)
    const shelf = (name: string): Series[] => target.series.filter(({ labels }) => labels['shelf'] === name)
    const named = (name: string): Series[] => target.series.filter(({ labels }) => labels['__name__'] === name)
    await until('samples came', () => shelf('inf').length >= 3 && target.metadata.length > 0, 60_000)

    const [first] = shelf('a "b" \\ ü')
    assert.deepEqual(first?.labels, {
      __name__: 'shelf_items',
      instance: program.address,
      job: 'shop',
      shelf: 'a "b" \\ ü',
    })
    assert.equal(first?.values[0], 1.5)
    assert.equal(shelf('inf')[0]?.values[0], Infinity)
    assert.ok(Number.isNaN(shelf('nan')[0]?.values[0]) && !isStale(shelf('nan')[0]!))
    assert.equal(named('took_seconds_bucket').find(({ labels }) => labels['le'] === '+Inf')?.values[0], 3)
    assert.equal(named('up')[0]?.values[0], 1)
    assert.ok(
      target.metadata.some(
        ({ metric, type, help }) => metric === 'shelf_items' && type === 'gauge' && help === 'Things on the shelf',
      ),
    )

    program.stop()
    await until('the series ended', () => shelf('inf').some(isStale), 60_000)
    await until('it is down', () => named('up').at(-1)?.values[0] === 0, 60_000)
    assert.equal(new Set(shelf('inf').map(({ labels }) => labels)).size, 1)
    assert.deepEqual(target.rejected, [])
  })
})

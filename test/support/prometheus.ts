import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Series } from '../../src/platform/telemetry/metrics/metrics.ts'
import { freePort } from './port.ts'
import { remoteWrite } from './remoteWrite.ts'
import { until } from './until.ts'

export const prometheusProgram = (): string | undefined => process.env['MIKTOS_TEST_PROMETHEUS']

/** For the options of a suite. */
export const withoutPrometheus = (): string | false => (prometheusProgram() ? false : 'set MIKTOS_TEST_PROMETHEUS')

export interface Prometheus {
  url: string
  write(series: Series[]): Promise<void>
  stop(): Promise<void>
}

/** A Prometheus with its data in `folder`. It takes samples in any order, as old as a week before the newest. */
export async function ownPrometheus(folder: string): Promise<Prometheus> {
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, 'storage:\n  tsdb:\n    out_of_order_time_window: 1w\n')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const process = spawn(
    prometheusProgram()!,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = once(process, 'exit')
  await until('Prometheus is ready', () => isReady(`${url}/-/ready`), 60_000)
  return {
    url,
    write: (series) => remoteWrite(`${url}/api/v1/write`, series),
    stop: async () => {
      process.kill('SIGKILL')
      await ended
    },
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

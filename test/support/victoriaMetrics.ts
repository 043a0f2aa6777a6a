import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from './port.ts'
import { until } from './until.ts'

const program = (): string | undefined => process.env['MIKTOS_TEST_VICTORIA_METRICS']

/** For the options of a suite. */
export const withoutVictoriaMetrics = (): string | false => (program() ? false : 'set MIKTOS_TEST_VICTORIA_METRICS')

export interface VictoriaMetrics {
  url: string
  /** What was written can be found from here on. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** A VictoriaMetrics with its data in `folder`. */
export async function ownVictoriaMetrics(folder: string): Promise<VictoriaMetrics> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    program()!,
    [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=10y',
      '-search.latencyOffset=0s',
      '-search.disableCache',
      '-memory.allowedBytes=128MB',
      '-loggerLevel=ERROR',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = once(child, 'exit')
  const answers = (path: string): Promise<boolean> =>
    fetch(`${url}${path}`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until('VictoriaMetrics is ready', () => answers('/health'), 60_000)
  return {
    url,
    flush: async () => void (await answers('/internal/force_flush')),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

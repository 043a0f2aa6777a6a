import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accepts, freePort } from './port.ts'
import { until } from './until.ts'

/** The Redis shared by the suites, undefined where there is none. Other suites use it too: never flush it. */
export const redisUrl = (): string | undefined => process.env['MIKTOS_TEST_REDIS_URL']

/** Why a suite that needs a Redis is skipped, for the `skip` option. */
export const withoutRedis = (): string | false => (redisUrl() ? false : 'set MIKTOS_TEST_REDIS_URL')

/** Why a suite that kills its Redis is skipped: no server program, or a run without servers. */
export const withoutOwnRedis = (): string | false =>
  withoutRedis() || (spawnSync('redis-server', ['--version']).error ? 'install redis-server' : false)

/** A Redis of one's own, to be killed, frozen, flushed and started again on the same port. */
export interface OwnRedis {
  url: string
  password: string
  start(): Promise<void>
  kill(): Promise<void>
  /** The process stands still, its connections stay open. */
  freeze(): void
  thaw(): void
}

export async function ownRedis(): Promise<OwnRedis> {
  const port = await freePort()
  const password = 'redis-test-password'
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const options = ['--bind', '127.0.0.1', '--port', String(port), '--requirepass', password, '--save', '']
    const [program = '', ...args] = [...endsWithUs, 'redis-server', ...options]
    server = spawn(program, args, { stdio: 'ignore' })
    await until('Redis accepts connections', () => accepts(port))
  }
  await start()
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    password,
    start,
    kill: async () => {
      if (!server || server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
  }
}

/** On Linux the kernel kills it when the test process dies, however that happens. */
const endsWithUs = process.platform === 'linux' ? ['setpriv', '--pdeathsig=KILL'] : []

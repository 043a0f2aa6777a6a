import cluster from 'node:cluster'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import type { Config } from '#platform/config/config.ts'
import { restartExitCode } from '#platform/lifecycle.ts'
import { createLogger } from '#platform/logging/logging.ts'
import { createApp, type App } from './app.ts'

/** While this passes, a load balancer sees that the server is not ready and sends nothing new. */
const lameDuckMs = 400

/** Whether something outside starts Miktos again when it ends with the restart code. */
export type Supervised = boolean

/** Listens until asked to stop; resolves with the exit code once everything has been released. */
export async function serve(config: Config, supervised: Supervised): Promise<number> {
  const workers = config.get('server_workers')
  if (workers > 1 && cluster.isPrimary) return superviseWorkers(workers)
  const { log, lines, flush } = createLogger(config)
  const app = await createApp({ config, log, logLines: lines }).catch(async (error: unknown) => {
    await flush()
    throw error
  })
  guardProcess(app)
  const url = await listen(app)
  announce(app, url)
  const { reason, restart } = await app.platform.lifecycle.stopRequested
  log.child({ component: 'lifecycle' }).info({ reason, restart }, 'shutting down')
  await drain(app)
  await app.stop()
  log.child({ component: 'lifecycle' }).info('stopped')
  await flush()
  if (!restart) return 0
  return supervised || cluster.isWorker ? restartExitCode : restartInPlace()
}

async function listen({ http, platform: { config, lifecycle } }: App): Promise<string> {
  await http.listen({ host: config.get('server_host'), port: config.get('server_port'), listenTextResolver: () => '' })
  lifecycle.markReady()
  const { address, port, family } = http.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function announce({ platform: { config, log, version }, setupToken }: App, url: string): void {
  log
    .child({ component: 'lifecycle' })
    .info({ url, version, database: config.get('database_url').split(':')[0] }, 'ready')
  process.stdout.write(`\nMiktos ${version} is ready at ${url}\n`)
  // Nobody can open the address that stands for all of them.
  const base = config.get('public_url') ?? url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//127.0.0.1:')
  if (setupToken)
    process.stdout.write(`Create the first administrator within 15 minutes:\n  ${base}/setup?token=${setupToken}\n\n`)
}

/**
 * Ends listening without losing a request: answers carry `Connection: close` from now on, then the
 * listener closes, then idle connections; what is still running has until the deadline.
 */
async function drain({ http, platform }: App): Promise<void> {
  const { server } = http
  const deadlineMs = platform.config.get('drain_seconds') * secondMs
  const startedAt = performance.now()
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))))
  if ((await connections()) > 0) await delay(lameDuckMs)
  const closed = once(server, 'close')
  server.close()
  while ((await connections()) > 0 && performance.now() - startedAt < deadlineMs) {
    server.closeIdleConnections()
    await Promise.race([closed, delay(50)])
  }
  server.closeAllConnections()
}

/** First signal: drain. Second: end now. What nobody caught is logged and ends the process in order. */
function guardProcess({ platform: { lifecycle, log } }: App): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (lifecycle.draining) process.exit(signal === 'SIGINT' ? 130 : 143)
      lifecycle.requestStop(signal)
    })
  }
  process.on('unhandledRejection', (error) =>
    log.child({ component: 'process' }).error({ err: error }, 'unhandled rejection'),
  )
  process.on('uncaughtException', (error) => {
    log.child({ component: 'process' }).fatal({ err: error }, 'uncaught exception')
    lifecycle.requestStop('uncaught exception', { restart: false })
    process.exitCode = 1
  })
}

/** Starts the same command again and stands in for it: its signals and its exit code are passed on. */
async function restartInPlace(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' })
  process.removeAllListeners('SIGTERM')
  process.removeAllListeners('SIGINT')
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => passOn(signal, child))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** A terminal sends its interrupt to every process in it; one more would end a draining server at once. */
function passOn(signal: NodeJS.Signals, child: ChildProcess): void {
  if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
}

/** Several processes behind one port; a worker that dies is replaced, but not in a tight loop. */
async function superviseWorkers(count: number): Promise<number> {
  let stopping = false
  const start = (): void => {
    const startedAt = Date.now()
    const worker = cluster.fork()
    worker.on('exit', (code) => {
      if (stopping) return
      if (code === 78) process.exit(code)
      // Somebody stopped this one; the last one takes the supervisor with it.
      if (code === 0)
        return Object.values(cluster.workers ?? {}).every((other) => other?.isDead()) ? process.exit(0) : undefined
      setTimeout(start, Date.now() - startedAt < 5_000 ? 2_000 : 0)
    })
  }
  for (let index = 0; index < count; index++) start()
  const { promise: signalled, resolve } = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  const signal = await signalled
  stopping = true
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  await Promise.all(
    workers.map(async (worker) => {
      passOn(signal, worker.process)
      if (!worker.isDead()) await once(worker, 'exit')
    }),
  )
  return 0
}

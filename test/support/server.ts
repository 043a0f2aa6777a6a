import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after } from 'node:test'
import { main } from './main.ts'
import { freePort } from './port.ts'

export const serverPassword = 'a phrase of this server'

export interface ServerProcess {
  process: ChildProcess
  url: string
  port: number
  /** Milliseconds from starting the process until it said that it is ready. */
  readyMs: number
  /** Standard output and error so far. */
  output(): string
  /** Resolves with exit code, or the name of the signal that killed it. */
  exited: Promise<number | string>
  login(username?: string, password?: string): Promise<string>
}

export interface ServerOptions {
  dataDir: string
  args?: string[]
  env?: Record<string, string>
  port?: number
}

/** A real `miktos serve` in a process of its own, ended with the test at the latest. */
export function startServer(options: ServerOptions): Promise<ServerProcess> {
  return launchServer(options, (child) => after(() => child.kill('SIGKILL')))
}

/** As `startServer`, for hooks and scripts: whoever starts it ends it, through `onSpawn` even if it is never ready. */
export async function launchServer(
  { dataDir, args = [], env = {}, port }: ServerOptions,
  onSpawn: (child: ChildProcess) => void,
): Promise<ServerProcess> {
  const usedPort = port ?? (await freePort())
  const startedAt = performance.now()
  const child = spawn(process.execPath, [main, 'serve', '--port', String(usedPort), '--data-dir', dataDir, ...args], {
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'],
      MIKTOS_ADMIN_EMAIL: 'admin@example.com',
      MIKTOS_ADMIN_PASSWORD: serverPassword,
      MIKTOS_RATE_LIMIT: '1000000',
      MIKTOS_RATE_LIMIT_AUTH: '1000000',
      MIKTOS_LOGS_OWN: 'false',
      MIKTOS_LOGS_JOURNAL: 'false',
      MIKTOS_LOGS_DOCKER: 'false',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onSpawn(child)
  let text = ''
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      if (/is ready at/.test(text)) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then((code) => reject(new Error(`The server ended with ${code} before it was ready:\n${text}`)))
  })
  await ready
  const url = `http://127.0.0.1:${usedPort}`
  return {
    process: child,
    url,
    port: usedPort,
    readyMs: performance.now() - startedAt,
    output: () => text,
    exited,
    login: async (username = 'admin', password = serverPassword) => {
      const reply = await fetch(`${url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      })
      const { tokens } = (await reply.json()) as { tokens: { access_token: string } }
      return tokens.access_token
    },
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asService } from '../service.ts'

export interface Engine {
  name: string
  process: ChildProcess
  writeUrl: string
  /** Ends before `/query_range`. */
  queryUrl: string
  headers: Record<string, string>
  dir: string
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('No port')
  return address.port
}

async function started(
  name: string,
  command: string,
  args: string[],
  dir: string,
  ready: string,
  env = {},
): Promise<ChildProcess> {
  const log = openSync(join(dir, '..', `${name}.log`), 'w')
  const child = spawn(command, args, { stdio: ['ignore', log, log], env: { PATH: process.env['PATH'], ...env } })
  const deadline = Date.now() + 60_000
  while (
    !(await fetch(ready).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${name} did not start; see ${dir}/../${name}.log`)
    await delay(50)
  }
  return child
}

export async function prometheus(): Promise<Engine> {
  const { dir, port } = await place('prometheus')
  const config = join(dir, '..', 'prometheus.yml')
  writeFileSync(config, 'global: {scrape_interval: 1h}\n')
  const url = `http://127.0.0.1:${port}`
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${dir}`, `--web.listen-address=127.0.0.1:${port}`]
  args.push('--web.enable-remote-write-receiver', '--storage.tsdb.retention.time=30d', '--log.level=warn')
  const process = await started('prometheus', '/usr/bin/prometheus', args, dir, `${url}/-/ready`)
  return { name: 'Prometheus', process, dir, headers: {}, writeUrl: `${url}/api/v1/write`, queryUrl: `${url}/api/v1` }
}

export async function victoriaMetrics(): Promise<Engine> {
  const { dir, port } = await place('victoria')
  const url = `http://127.0.0.1:${port}`
  const args = [`-storageDataPath=${dir}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=1']
  // Answers out of a cache would not be measured against answers.
  args.push('-search.disableCache', '-search.latencyOffset=0s')
  const process = await started('victoria', '/usr/bin/victoria-metrics', args, dir, `${url}/health`)
  return {
    name: 'VictoriaMetrics',
    process,
    dir,
    headers: {},
    writeUrl: `${url}/api/v1/write`,
    queryUrl: `${url}/api/v1`,
  }
}

/** Our store behind nothing but node:http, in a process of its own with as small a young generation as its thread has. */
export async function embedded(): Promise<Engine> {
  const { dir, port } = await place('embedded')
  const url = `http://127.0.0.1:${port}`
  const args = ['--max-semi-space-size=8', join(import.meta.dirname, 'embedded.ts'), dir, String(port)]
  const child = await started('embedded', process.execPath, args, dir, `${url}/ready`)
  return {
    name: 'embedded',
    process: child,
    dir,
    headers: {},
    writeUrl: `${url}/api/v1/write`,
    queryUrl: `${url}/api/v1`,
  }
}

const password = 'a phrase for measuring'

/** The whole server, with an API key, as a sender and Grafana meet it. */
export async function miktos(): Promise<Engine> {
  const { dir, port } = await place('miktos')
  const url = `http://127.0.0.1:${port}`
  const service = asService()
  const args = [...service.args, 'serve', '--port', String(port), '--data-dir', dir]
  const unlimited = { MIKTOS_RATE_LIMIT: '1000000000', MIKTOS_RATE_LIMIT_AUTH: '1000000' }
  const child = await started('miktos', process.execPath, args, dir, `${url}/health`, {
    ...service.env,
    ...unlimited,
    MIKTOS_ADMIN_EMAIL: 'bench@example.com',
    MIKTOS_ADMIN_PASSWORD: password,
  })
  const { tokens } = await answered<{ tokens: { access_token: string } }>(`${url}/api/v1/auth/login`, {
    email: 'bench@example.com',
    password,
  })
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
  const order = { name: 'bench', scopes: ['metrics:read', 'metrics:write'] }
  const { key } = await answered<{ key: string }>(`${url}/api/v1/me/api-keys`, order, bearer(tokens.access_token))
  const api = `${url}/prometheus/api/v1`
  return {
    name: 'Miktos',
    process: child,
    dir: join(dir, 'metrics'),
    headers: bearer(key),
    writeUrl: `${api}/write`,
    queryUrl: api,
  }
}

async function answered<Reply>(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Reply
}

async function place(name: string): Promise<{ dir: string; port: number }> {
  const dir = join(mkdtempSync(join(tmpdir(), `miktos-bench-${name}-`)), 'data')
  mkdirSync(dir)
  return { dir, port: await freePort() }
}

/** CPU time of the process with all its threads, s. */
export function cpuSeconds({ process }: Engine): number {
  const fields = readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export function residentBytes({ process }: Engine, what: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))![1]) * 1_024
}

/** Bytes on disk under the engine's folder, and of those in write-ahead logs. */
export function diskBytes({ dir }: Engine): { all: number; log: number } {
  const sum = { all: 0, log: 0 }
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { blocks } = statSync(path)
    sum.all += blocks * 512
    if (path.includes('/wal/') || path.includes('/chunks_head/')) sum.log += blocks * 512
  }
  return sum
}

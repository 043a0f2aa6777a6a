// Real servers and programs for the tests. What the environment names is used; on Debian as root what is missing is
// installed; what can be started is started as private instances that end with this process.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { accepts, freePort } from '../test/support/port.ts'
import { command, seconds } from './command.ts'

const readyDeadlineMs = 60_000
const stopDeadlineMs = 5_000

export type ServerName = keyof typeof servers

interface Server {
  /** Where a URL, or the program where tests start their own, is taken from and given to the tests. */
  variable: string
  packages: string[]
  program: () => string | undefined
  /** Starts a private instance with its data in `folder`; resolves with its URL. Without it, tests start their own. */
  start?: (program: string, folder: string) => Promise<string>
}

const servers = {
  PostgreSQL: {
    variable: 'MIKTOS_TEST_POSTGRES_URL',
    packages: ['postgresql'],
    program: () => onPath('postgres') ?? newestDebianPostgres(),
    start: startPostgres,
  },
  MariaDB: {
    variable: 'MIKTOS_TEST_MARIADB_URL',
    packages: ['mariadb-server'],
    program: () => onPath('mariadbd'),
    start: startMariadb,
  },
  Redis: {
    variable: 'MIKTOS_TEST_REDIS_URL',
    packages: ['redis-server'],
    program: () => onPath('redis-server'),
    start: startRedis,
  },
  Chromium: {
    variable: 'MIKTOS_TEST_CHROMIUM',
    packages: ['chromium', 'fonts-liberation'],
    program: () => onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome'),
  },
  nginx: {
    variable: 'MIKTOS_TEST_NGINX',
    packages: ['nginx-light', 'openssl'],
    program: () => (onPath('openssl') ? onPath('nginx') : undefined),
  },
  Prometheus: {
    variable: 'MIKTOS_TEST_PROMETHEUS',
    packages: ['prometheus'],
    program: () => onPath('prometheus'),
  },
  promtool: {
    variable: 'MIKTOS_TEST_PROMTOOL',
    packages: ['prometheus'],
    program: () => onPath('promtool'),
  },
  amtool: {
    variable: 'MIKTOS_TEST_AMTOOL',
    packages: ['prometheus-alertmanager'],
    program: () => onPath('amtool'),
  },
  VictoriaMetrics: {
    variable: 'MIKTOS_TEST_VICTORIA_METRICS',
    packages: ['victoria-metrics'],
    program: () => onPath('victoria-metrics'),
  },
  // With what makes images where there is no registry: a Debian by mmdebstrap, and the smallest one from busybox.
  Docker: {
    variable: 'MIKTOS_TEST_DOCKER_HOST',
    // Debian 12 has the client in docker.io, later ones apart from it, in packages of which 12 has only the last.
    packages: ['docker.io', 'busybox-static', 'mmdebstrap', '^docker-(cli|buildx|compose)$'],
    program: () => (['docker', 'busybox', 'mmdebstrap'].every(onPath) && mayUnshare() ? onPath('dockerd') : undefined),
    start: startDocker,
  },
} satisfies Record<string, Server>

export const serverNames = Object.keys(servers) as ServerName[]

export interface RunningServers {
  /** Variables for the tests: those given, and those of the instances started here. */
  env: Record<string, string>
  /** What could not be provided, each with what to do about it. */
  missing: string[]
  stop(): Promise<void>
}

const isRoot = process.getuid?.() === 0
const canStart = process.platform === 'linux' && onPath('setpriv') !== undefined
const folderPrefix = 'miktos-servers-'

const running: { child: ChildProcess; signal: NodeJS.Signals }[] = []
let folder: string | undefined

/** Provides the servers named; throws when one that is installed does not come up. */
export async function startServers(names: ServerName[]): Promise<RunningServers> {
  removeAbandonedFolders()
  const given = names.filter((name) => process.env[servers[name].variable])
  const wanted = names.filter((name) => !given.includes(name))
  await installMissing(wanted)
  const found = wanted.filter((name) => servers[name].program() && (canStart || !starts(name)))
  const home = await homeFolder()
  const started = await Promise.all(
    found.map(async (name) => [servers[name].variable, await startOne(name, home)] as const),
  )
  return {
    env: Object.fromEntries([
      ...given.map((name) => [servers[name].variable, process.env[servers[name].variable]!] as const),
      ...started,
    ]),
    missing: wanted.filter((name) => !found.includes(name)).map((name) => `${name}: set ${servers[name].variable}`),
    stop,
  }
}

const starts = (name: ServerName): boolean => 'start' in servers[name]

async function startOne(name: ServerName, home: string): Promise<string> {
  const { program, start }: Server = servers[name]
  if (!start) return program()!
  const startedAt = performance.now()
  const url = await start(program()!, join(home, name.toLowerCase()))
  console.error(`${name} is up after ${seconds(performance.now() - startedAt)}`)
  return url
}

/** One server at a time, so that a package that this Debian does not have costs that server alone. */
async function installMissing(names: ServerName[]): Promise<void> {
  const missing = names.filter((name) => !servers[name].program())
  if (missing.length === 0 || !isRoot || !existsSync('/etc/debian_version')) return
  await aptGet('update')
  for (const name of missing) {
    if (!servers[name].program()) await aptGet('install', '--yes', '--no-install-recommends', ...servers[name].packages)
  }
}

async function aptGet(...args: string[]): Promise<void> {
  // Neither init scripts (run level 1) nor systemd start the packages' own services, which would never be used.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', SYSTEMD_OFFLINE: '1' }
  console.error(`apt-get ${args.join(' ')} …`)
  const { passed, output, tookMs } = await command(['apt-get', '-q', ...args], env)
  console.error(passed ? `  done in ${seconds(tookMs)}` : output)
}

async function startPostgres(program: string, data: string): Promise<string> {
  const password = secret()
  const passwordFile = `${data}.password`
  await makeOwnFolder(data, 'postgres')
  await writeFile(passwordFile, password, { mode: 0o644 })
  const cluster = ['-D', data, '-U', 'miktos', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
  const login = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await runAs('postgres', [join(dirname(realpathSync(program)), 'initdb'), ...cluster, ...login])
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300']
  // Speed only: the tests kill Miktos, not the database.
  settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
  const options = settings.flatMap((setting) => ['-c', setting])
  const server = launch('postgres', [program, '-D', data, '-p', String(port), ...options], 'SIGQUIT', `${data}.log`)
  const url = `postgres://miktos:${password}@127.0.0.1:${port}/postgres`
  await untilReady(server, `${data}.log`, async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.end()
  })
  return url
}

async function startMariadb(program: string, data: string): Promise<string> {
  const password = secret()
  const initFile = `${data}.sql`
  await makeOwnFolder(data, 'mysql')
  await writeFile(
    initFile,
    `CREATE DATABASE miktos;\nCREATE USER miktos@'%' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL ON *.* TO miktos@'%' WITH GRANT OPTION;\n`,
    { mode: 0o644 },
  )
  const installer = onPath('mariadb-install-db') ?? 'mariadb-install-db'
  await runAs('mysql', [installer, '--no-defaults', `--datadir=${data}`, '--skip-test-db'])
  const port = await freePort()
  const files = [`--datadir=${data}`, `--socket=${data}/socket`, `--init-file=${initFile}`]
  const network = ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', '--max-connections=300']
  const speed = ['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M']
  const argv = [program, '--no-defaults', ...files, ...network, ...speed]
  const server = launch('mysql', argv, 'SIGKILL', `${data}.log`)
  const url = `mysql://miktos:${password}@127.0.0.1:${port}/miktos`
  await untilReady(server, `${data}.log`, async () => {
    const connection = await mysql.createConnection(url)
    await connection.end()
  })
  return url
}

async function startRedis(program: string, data: string): Promise<string> {
  const password = secret()
  const port = await freePort()
  await mkdir(data)
  const server = launch(
    undefined,
    [program, '--bind', '127.0.0.1', '--port', String(port), '--requirepass', password, '--save', '', '--dir', data],
    'SIGKILL',
    `${data}.log`,
  )
  await untilReady(server, `${data}.log`, async () => {
    if (!(await accepts(port))) throw new Error('not yet')
  })
  return `redis://:${password}@127.0.0.1:${port}`
}

/**
 * An engine that shares nothing with one that the machine has: its own containerd (the machine's is hidden from it),
 * no bridge and no firewall rules. As it and its containers live in a PID namespace, none outlives this process.
 */
async function startDocker(program: string, data: string): Promise<string> {
  const socket = join(data, 'socket')
  await mkdir(data)
  await writeFile(join(data, 'daemon.json'), '{}')
  const own = 'mkdir -p /run/containerd && mount -t tmpfs tmpfs /run/containerd && exec "$@"'
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', own, 'sh']
  const files = [`--config-file=${data}/daemon.json`, `--data-root=${data}/data`, `--exec-root=${data}/exec`]
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false']
  const rest = [`--pidfile=${data}/pid`, '--exec-opt=native.cgroupdriver=cgroupfs', '--log-level=warn']
  const argv = [...namespaces, 'tini', '--', program, `--host=unix://${socket}`, ...files, ...network, ...rest]
  const server = launch(undefined, argv, 'SIGKILL', `${data}.log`)
  await untilReady(server, `${data}.log`, async () => {
    const reply = get({ socketPath: socket, path: '/_ping' })
    const [{ statusCode }] = (await once(reply, 'response')) as [IncomingMessage]
    if (statusCode !== 200) throw new Error(`Docker answers ${statusCode}`)
  })
  return `unix://${socket}`
}

/** Not so inside of most containers, even for root. */
const mayUnshare = (): boolean =>
  isRoot && spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0

/** The kernel ends the server when this process ends, however that happens. */
function launch(user: string | undefined, argv: string[], endWith: NodeJS.Signals, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  const child = spawn('setpriv', [`--pdeathsig=${endWith.slice(3)}`, ...identity(user), ...argv], {
    stdio: ['ignore', log, log],
    cwd: folder,
  })
  closeSync(log)
  running.push({ child, signal: endWith })
  return child
}

const identity = (user: string | undefined): string[] =>
  isRoot && user ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []

async function runAs(user: string, argv: string[]): Promise<void> {
  const { passed, output } = await command(['setpriv', ...identity(user), ...argv])
  if (!passed) throw new Error(`${argv[0]} failed:\n${output}`)
}

async function untilReady(server: ChildProcess, logFile: string, probe: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + readyDeadlineMs
  for (;;) {
    const failure = await probe().then(
      () => undefined,
      (error: Error) => error,
    )
    if (!failure) return
    if (server.exitCode !== null || server.signalCode !== null || Date.now() > deadline) {
      throw new Error(`${server.spawnargs.join(' ')} did not come up:\n${readFileSync(logFile, 'utf8')}`, {
        cause: failure,
      })
    }
    await delay(50)
  }
}

async function stop(): Promise<void> {
  const ended = running.map(({ child }) => new Promise<void>((resolve) => child.once('exit', () => resolve())))
  signalAll()
  await Promise.race([Promise.all(ended), delay(stopDeadlineMs, undefined, { ref: false })])
  removeFolder()
}

function signalAll(): void {
  for (const { child, signal } of running.splice(0)) child.kill(signal)
}

function removeFolder(): void {
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  folder = undefined
}

process.once('exit', () => {
  signalAll()
  removeFolder()
})

/** Left by a process that was killed; its servers ended with it, its data did not. */
function removeAbandonedFolders(): void {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(folderPrefix))) {
    const pid = name.slice(folderPrefix.length).split('-')[0]
    if (!existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

async function homeFolder(): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  // The servers run as users of their own and have to reach what is theirs.
  await chmod(folder, 0o755)
  return folder
}

async function makeOwnFolder(path: string, user: string): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  if (!isRoot) return
  const [uid, gid] = await Promise.all(['-u', '-g'].map((option) => command(['id', option, user])))
  await chown(path, Number(uid?.output), Number(gid?.output))
}

const secret = (): string => randomBytes(12).toString('hex')

function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, program)).find(isExecutable)
}

/** Debian keeps the server itself away from the PATH, one folder per version. */
function newestDebianPostgres(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin/postgres`)
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Ctrl-C and `kill` end the servers before this process. */
export function stopOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(130)))
}

if (import.meta.main) {
  stopOnSignal()
  const { env, missing } = await startServers(serverNames)
  for (const reason of missing) console.error(`SKIPPED: ${reason}`)
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}='${value}'`)
  console.error('Running until Ctrl-C')
  setInterval(() => {}, 2 ** 30)
}

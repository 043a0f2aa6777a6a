// Makes a bare clone ready to run: packages, a Node that is new enough, and with --build the console and the server.
// Node built-ins only, because it runs before node_modules exists, on any Node from 20 on.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'

const nodeMajorMin = 24
const heartbeatMs = 10_000
const lockAgeMaxMs = 15 * 60_000

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)

const packagedNode = join(root, 'node_modules', '.bin', 'node')
const installMark = join('node_modules', '.miktos-install')
const lockFile = '.bootstrap.lock'

const features = existsSync(join('src', 'features')) ? readdirSync(join('src', 'features')) : []

/** Each is made again when something that it is made of has changed. */
const builds = [
  {
    title: 'Building the console',
    folder: join('dist', 'console'),
    program: [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    config: 'vite.config.ts',
    files: () => [
      ...filesBelow(join('src', 'console')),
      ...filesBelow(join('src', 'kernel')),
      ...features.flatMap((feature) => filesBelow(join('src', 'features', feature, 'console'))),
      ...features.map((feature) => join('src', 'features', feature, 'contract.ts')).filter(existsSync),
    ],
  },
  {
    title: 'Building the server',
    folder: join('dist', 'server'),
    program: [join('node_modules', 'rolldown', 'bin', 'cli.mjs'), '--log-level', 'warn'],
    config: 'rolldown.config.ts',
    // What Node compiled of earlier files, which have other names; it would grow with each upgrade.
    outdated: join('node_modules', '.cache', 'miktos'),
    files: () => filesBelow('src').filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')),
  },
]

const wantsBuild = process.argv.includes('--build')
const isReady = () => isInstalled() && (!wantsBuild || builds.every(isBuilt))

if (!isReady()) {
  const unlock = await lock()
  try {
    if (!isInstalled()) await install()
    if (wantsBuild) for (const part of builds) if (!isBuilt(part)) await build(part)
  } finally {
    unlock()
  }
}
usableNode()

function isInstalled() {
  return readIfThere(installMark) === installWanted()
}

/** What is installed depends on the lock file and on the platform, which selects binaries. */
function installWanted() {
  return `${sha256([readFileSync('package-lock.json')])} ${process.platform}-${process.arch}`
}

async function install() {
  if (!matchesLockFile()) {
    // Packages that we use ship their binaries; none needs to run a script of its own.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    await run('Installing packages', 'npm', ['ci', ...options], { ...process.env, PATH: hostPath() })
  }
  writeFileSync(installMark, installWanted())
}

/** True after an `npm install` that left exactly what the lock file says: nothing to do again. */
function matchesLockFile() {
  const record = readIfThere(join('node_modules', '.package-lock.json'))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages
  const { '': _project, ...wanted } = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
  return (
    Object.keys(installed).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { integrity, optional }]) =>
      path in installed ? installed[path].integrity === integrity : optional,
    )
  )
}

/** Without node_modules/.bin: the packaged Node there is about to be deleted and must not run npm. */
function hostPath() {
  const parts = (process.env.PATH ?? '').split(delimiter)
  return parts.filter((part) => part !== join(root, 'node_modules', '.bin')).join(delimiter)
}

function isBuilt({ folder, config, files }) {
  return !existsSync(config) || readIfThere(join(folder, '.stamp')) === hashOf([config, ...files()])
}

async function build({ title, folder, program, config, outdated, files }) {
  const hash = hashOf([config, ...files()])
  await run(title, usableNode(), [...program, '--config', config])
  if (outdated) rmSync(outdated, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '.stamp'), hash)
}

/** Everything that something is built from, the packages too. */
function hashOf(files) {
  return sha256(['package-lock.json', ...files].flatMap((file) => [file, readFileSync(file)]))
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted()
}

/** The Node that will run the server; ends the process with a clear word when there is none. */
function usableNode() {
  if (existsSync(packagedNode)) {
    if (realpathSync(packagedNode) === realpathSync(process.execPath)) return packagedNode
    if (majorOf(packagedNode) >= nodeMajorMin) return packagedNode
  }
  if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) {
    // A packaged Node that cannot start here (musl, for one) would stand before the host's on the scripts' PATH.
    rmSync(packagedNode, { force: true })
    return process.execPath
  }
  return fail(
    `Miktos needs Node ${nodeMajorMin} or later. This is Node ${process.versions.node}, and there is no packaged one ` +
      `that runs on ${process.platform}-${process.arch}. Install Node ${nodeMajorMin} and start again.`,
  )
}

function majorOf(node) {
  const { stdout } = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  return Number((stdout ?? '').split('.')[0])
}

/** Two starts at once: the second waits here until the first has finished or died. */
async function lock() {
  const own = `${lockFile}.${process.pid}`
  writeFileSync(own, String(process.pid))
  let told = false
  while (!tryLink(own)) {
    if (isAbandoned()) rmSync(lockFile, { force: true })
    else if (!told) console.error('Another start is installing or building; waiting for it')
    told = true
    await delay(200)
  }
  rmSync(own)
  const unlock = () => rmSync(lockFile, { force: true })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (unlock(), process.exit(130)))
  return unlock
}

function tryLink(own) {
  try {
    linkSync(own, lockFile)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function isAbandoned() {
  const pid = Number(readIfThere(lockFile) ?? process.pid)
  const { mtimeMs } = statSync(lockFile, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
  return !isAlive(pid) || Date.now() - mtimeMs > lockAgeMaxMs
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function run(title, command, args, env = process.env) {
  console.error(`${title} …`)
  const startedAt = Date.now()
  const elapsed = () => ((Date.now() - startedAt) / 1000).toFixed(1)
  const heartbeat = setInterval(() => console.error(`  ${title.toLowerCase()}: ${elapsed()} s so far`), heartbeatMs)
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
  const status = await new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  clearInterval(heartbeat)
  if (status !== 0) fail(`${title} failed (${status}): ${command} ${args.join(' ')}`)
  console.error(`  done in ${elapsed()} s`)
}

function sha256(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function fail(message) {
  console.error(message)
  rmSync(`${lockFile}.${process.pid}`, { force: true })
  if (readIfThere(lockFile) === String(process.pid)) rmSync(lockFile)
  process.exit(1)
}

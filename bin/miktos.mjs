#!/usr/bin/env node
// Plain JavaScript, because any Node from 20 on may start it: finds a Node that runs Miktos and hands over to it.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const nodeMajorMin = 24

// By itself V8 lets short-lived objects of a server take 128 MB, which makes nothing faster; what they hold, such as
// the bodies of requests, is then freed late, by collections that halt everything.
const memoryFlag = '--max-semi-space-size=8'
// Of glibc, which reads them when a process begins: left alone it keeps ever larger pieces among small ones and never
// gives the holes back. With fewer arenas threads would wait for each other. They stand in deploy/ as well, where no
// other process comes before.
const memorySettings = { MALLOC_MMAP_THRESHOLD_: '98304', MALLOC_TRIM_THRESHOLD_: '131072' }

const self = realpathSync(fileURLToPath(import.meta.url))
const root = dirname(dirname(self))
const built = join(root, 'dist', 'server', 'main.mjs')
const main = existsSync(built) ? built : join(root, 'src', 'cli', 'main.ts')
const packagedNode = join(root, 'node_modules', '.bin', 'node')

if (!existsSync(join(root, 'node_modules'))) {
  end(`Miktos is not installed yet. Run this once:\n  npm --prefix ${root} run prestart`)
} else if (existsSync(packagedNode) && realpathSync(packagedNode) !== realpathSync(process.execPath)) {
  handOver(packagedNode)
} else if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) {
  // They are not for the programs that this one starts.
  for (const name of Object.keys(memorySettings)) delete process.env[name]
  // What it runs does so too, but where that is main.ts, what takes its types away has then been loaded for good.
  module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'miktos'))
  await import(main)
} else {
  end(`Miktos needs Node ${nodeMajorMin} or later. This is Node ${process.versions.node}.`)
}

/** Becomes that program; where this Node cannot, or would lose a channel to its parent, starts it and passes on what it is told. */
function handOver(node) {
  const flags = process.execArgv.includes(memoryFlag) ? process.execArgv : [...process.execArgv, memoryFlag]
  const args = [...flags, self, ...process.argv.slice(2)]
  const env = { ...memorySettings, ...process.env }
  if (process.execve && process.platform !== 'win32' && !process.connected) process.execve(node, [node, ...args], env)
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal sends it to both; a second one would end a server without draining it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function end(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}

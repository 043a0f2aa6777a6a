import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { buffer, text } from 'node:stream/consumers'
import { temporaryFolder } from './folder.ts'

/** The engine of the tests, as `unix:///…`; it has no default network, see `dockerNetwork`. */
export const dockerHost = process.env['MIKTOS_TEST_DOCKER_HOST']

/** For the `skip` of a suite that needs the engine. */
export const withoutDocker = dockerHost ? false : 'set MIKTOS_TEST_DOCKER_HOST'

/** In reverse: a network has to be left by its containers before it can go. */
const cleanUp: (() => Promise<unknown>)[] = []
after(async () => {
  for (const undo of cleanUp.toReversed()) await undo()
})

/** Runs after every test of the file, before what was given earlier. */
export const atEnd = (undo: () => Promise<unknown>): void => void cleanUp.push(undo)

export interface DockerOptions {
  input?: Buffer
  env?: Record<string, string>
}

/** Debian's own client builds with BuildKit; another on the PATH may lack the plugin for it. */
export const dockerClient = ['/usr/bin/docker'].find((file) => existsSync(file)) ?? 'docker'

/** `docker ARGS` on the engine of the tests; its standard output without the last line break. Throws with what it said when it fails. */
export const docker = (args: readonly string[], options: DockerOptions = {}): Promise<string> =>
  onEngine([dockerClient, ...args], options)

/** Any program that talks to the engine of the tests, as `docker`. */
export async function onEngine(
  [program, ...args]: readonly [string, ...string[]],
  { input, env = {} }: DockerOptions = {},
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '1', ...env } })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}${errors}`)
  return output.trimEnd()
}

/** A program's standard output as bytes, which may be a tar archive. */
export async function outputOf([program, ...args]: readonly [string, ...string[]]): Promise<Buffer> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${errors}`)
  return output
}

/** The name of an image of 2 MB in which all programs of busybox run. */
export async function busyboxImage(): Promise<string> {
  const name = 'miktos-test-busybox'
  if (await docker(['image', 'ls', '--quiet', name])) return name
  const folder = temporaryFolder()
  const program = (await onEngine(['which', 'busybox'])).trim()
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'tmp'))
  copyFileSync(program, join(folder, 'bin/busybox'))
  const { stdout } = spawnSync(program, ['--list'], { encoding: 'utf8' })
  for (const applet of stdout.split('\n').filter((line) => line && line !== 'busybox'))
    symlinkSync('busybox', join(folder, 'bin', applet))
  await docker(['import', '-', name], { input: await outputOf(['tar', '-C', folder, '-c', '.']) })
  return name
}

/** Starts a container of busybox that runs `argv`; its id. It goes with the test file, however it has ended. */
export async function startContainer(argv: readonly string[], options: readonly string[] = []): Promise<string> {
  const id = await docker(['run', '--detach', ...options, await busyboxImage(), ...argv])
  atEnd(() => docker(['rm', '--force', '--volumes', id]))
  return id
}

/** A network of its own: on it containers reach each other by name, and ports can be published. It goes with the test file. */
export async function dockerNetwork(): Promise<string> {
  const name = uniqueName()
  await docker(['network', 'create', name])
  atEnd(() => docker(['network', 'rm', name]))
  return name
}

/** A name for a container, volume, network or project of one test file. */
export const uniqueName = (): string => `miktos-test-${randomBytes(4).toString('hex')}`

// deploy/Dockerfile and deploy/docker-compose.yml as they are delivered, built and run by a real engine.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { atEnd, docker, dockerClient, dockerNetwork, onEngine, uniqueName, withoutDocker } from '../support/docker.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { until } from '../support/until.ts'
import { provideBaseImage } from './baseImage.ts'

const root = join(import.meta.dirname, '../..')
const dockerfile = join(root, 'deploy/Dockerfile')
const composeFile = join(root, 'deploy/docker-compose.yml')
const healthyMs = 60_000

describe('the image', { skip: withoutDocker }, async () => {
  if (withoutDocker) return
  await provideBaseImage(dockerfile)
  const image = uniqueName()
  // As without a default network, RUN could not reach the registry of packages.
  await docker(['build', '--network=host', `--file=${dockerfile}`, `--tag=${image}`, root])
  atEnd(() => docker(['rmi', '--force', image]))

  describe('run as the documentation says', async () => {
    const [container, volume, port] = [uniqueName(), uniqueName(), await freePort()]
    const state = async (path: string): Promise<string> => docker(['inspect', `--format={{${path}}}`, container])
    const healthy = (): Promise<boolean> => state('.State.Health.Status').then((status) => status === 'healthy')
    const inside = (...argv: string[]): Promise<string> => docker(['exec', container, ...argv])
    const hardened = ['--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges:true']
    const identity = [`--name=${container}`, `--network=${await dockerNetwork()}`, `--volume=${volume}:/data`]
    const options = [`--publish=127.0.0.1:${port}:8000`, '--restart=unless-stopped', '--stop-timeout=35']
    await docker(['run', '--detach', ...identity, ...options, ...hardened, '--health-interval=1s', image])
    atEnd(() => docker(['volume', 'rm', volume]))
    atEnd(() => docker(['rm', '--force', container]))

    test('turns healthy by its own health check and answers on the published port', async () => {
      await until('the container is healthy', healthy, healthyMs)
      const reply = await fetch(`http://127.0.0.1:${port}/health`)
      // Miktos itself may be degraded: the machine is busy with tests.
      assert.equal(reply.status, 200, await reply.text())
    })

    test('prints a set-up link, which the first administrator can open', async () => {
      const link = /^ {2}http:\/\/127\.0\.0\.1:8000(\/setup\?token=\S+)$/m.exec(await docker(['logs', container]))?.[1]
      assert.ok(link)
      const page = await fetch(`http://127.0.0.1:${port}${link}`, { headers: { accept: 'text/html' } })
      assert.match(await page.text(), /<div id="root"/)
    })

    test('runs as nobody in particular, without capabilities, and can write to nothing but its state', async () => {
      const status = await inside('cat', '/proc/1/status')
      assert.match(status, /^Uid:\s10001\s10001\s10001\s10001$/m)
      assert.match(status, /^CapEff:\s0+$/m)
      await assert.rejects(inside('touch', '/app/new'), /Read-only file system/)
      assert.equal(await inside('stat', '--format=%U %a', '/data', '/data/secret.key'), 'miktos 700\nmiktos 600')
    })

    test('has no tests, sources of others, or tools that only building needs', async () => {
      assert.equal(await inside('find', '/app/src', '/app/bin', '-name', '*.test.*'), '')
      const files = await inside('ls', '-A', '/app')
      assert.deepEqual(files.split('\n').toSorted(), ['bin', 'dist', 'node_modules', 'package.json', 'src'])
      await assert.rejects(inside('ls', '/app/node_modules/vite'), /No such file/)
    })

    test('a restart that somebody asks for is one of the container', async () => {
      await inside('miktos', 'restart')
      await until('it was started again', () => state('.RestartCount').then((count) => count === '1'), healthyMs)
      await until('the container is healthy again', healthy, healthyMs)
    })

    test('a stop ends with exit code 0 in time, and a new container of the same volume has the same state', async () => {
      await inside('miktos', 'users', 'create', 'mara@example.com', '--quiet')
      const startedAt = performance.now()
      await docker(['stop', container])
      assert.equal(await state('.State.ExitCode'), '0')
      assert.ok(performance.now() - startedAt < 30_000)
      const users = ['users', 'list', '--json', '--no-input']
      assert.match(await docker(['run', '--rm', `--volume=${volume}:/data`, image, ...users]), /mara@example\.com/)
    })
  })

  describe('started by compose', async () => {
    const compose = await composeCommand()
    const [project, port] = [uniqueName(), await freePort()]
    const options = { env: { MIKTOS_PORT_ON_HOST: String(port), COMPOSE_PROJECT_NAME: project } }
    const run = (...args: string[]): Promise<string> => onEngine([...compose, ...args], options)

    test('every profile is valid', async () => {
      assert.equal(await run('config', '--quiet'), '')
      assert.equal(await run('--profile', 'postgres', '--profile', 'redis', 'config', '--quiet'), '')
    })

    test('is up, reachable on loopback, and gone with its state when asked so', async () => {
      await docker(['tag', image, 'miktos'])
      atEnd(() => docker(['rmi', 'miktos']))
      after(() => run('down', '--volumes'))
      await run('up', '--detach', '--no-build')
      const url = `http://127.0.0.1:${port}/health`
      const answers = async (): Promise<boolean> =>
        fetch(url).then(
          ({ ok }) => ok,
          () => false,
        )
      await until('Miktos answers', answers, healthyMs)
      const container = await run('ps', '--quiet', 'miktos')
      const host = '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.RestartPolicy.Name}} {{.Config.StopTimeout}}'
      assert.equal(await docker(['inspect', `--format=${host}`, container]), 'true unless-stopped 35')
    })
  })
})

/** The plugin where there is one. The first compose, Debian 12's, does not know that the file may name the project. */
async function composeCommand(): Promise<readonly [string, ...string[]]> {
  const plugin = await docker(['compose', 'version']).then(
    () => true,
    () => false,
  )
  if (plugin) return [dockerClient, 'compose', `--file=${composeFile}`]
  const file = join(temporaryFolder(), 'docker-compose.yml')
  writeFileSync(file, readFileSync(composeFile, 'utf8').replace(/^name:.*$/m, ''))
  return ['docker-compose', `--file=${file}`, `--project-directory=${join(root, 'deploy')}`]
}

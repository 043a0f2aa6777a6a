import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after } from 'node:test'

/** A process that gives the sign of life of a server until it is killed. */
export async function signOfLife(dataDir: string, name: string, instanceId: string): Promise<ChildProcess> {
  const script = `
    import { lifeSign } from ${JSON.stringify(join(import.meta.dirname, '../../src/platform/jobs/lifeSign.ts'))}
    lifeSign(...process.argv.slice(1)).give()
    console.log('given')
    setInterval(() => undefined, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir, name, instanceId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

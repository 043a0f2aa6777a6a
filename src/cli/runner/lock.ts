import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { CommandError } from '../failure.ts'
import { digestOf } from './digest.ts'

/**
 * One runner for each state file: a second would take what the first is at for left behind. The lock is a name in the
 * kernel, which goes with the process however that ends; only Linux has those.
 * @throws CommandError conflict
 */
export async function lockStateFile(path: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => undefined
  const server = createServer((socket) => socket.destroy()).listen(`\0miktos-runner-${digestOf(resolve(path))}`)
  await once(server, 'listening').catch(() => {
    throw new CommandError(
      'conflict',
      `Another runner on this machine uses ${path}`,
      'Give each its own --name, or its own --state-file',
    )
  })
  server.unref()
  return () => void server.close()
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** How deploy/miktos.service starts the server: what stands before `serve` on the command line, and in the environment. */
export function asService(): { args: string[]; env: Record<string, string> } {
  const unit = readFileSync(join(root, 'deploy/miktos.service'), 'utf8')
  const [, command] = /^ExecStart=\S+ (.*) serve$/m.exec(unit)!
  const settings = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) => line!.split(' '))
  const env = Object.fromEntries(settings.map((setting) => setting.split('=', 2) as [string, string]))
  // Places on the machine that it is installed on.
  const { MIKTOS_DATA_DIR: _data, NODE_COMPILE_CACHE: _cache, ...rest } = env
  return { args: command!.replace('/opt/miktos', root).split(' '), env: rest }
}

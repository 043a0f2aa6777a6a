import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig } from '#platform/config/config.ts'
import { isUnavailable } from '#platform/database/failures.ts'
import { packageDir } from '#platform/package.ts'
import type { Environment } from './environment.ts'
import { exitCodes } from './failure.ts'

/** Tells the server that `--reload` started from the one that started it. */
const watchMark = 'WATCHED_BY_MIKTOS'

/** `miktos serve` with its flags; resolves with the exit code. */
export async function runServer(argv: string[], env: Environment): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    const { serveHelp } = await import('./serveHelp.ts')
    process.stdout.write(serveHelp())
    return exitCodes.ok
  }
  try {
    const config = loadConfig({ argv, env, cwd: process.cwd() })
    if (config.get('reload') && env[watchMark] === undefined) return await watch(argv, env)
    const { serve } = await import('#server/serve.ts')
    return await serve(config, isSupervised(env))
  } catch (error) {
    return await explain(error)
  }
}

/** systemd sets the first for every service; a container's first process is the second. */
const isSupervised = (env: Environment): boolean => env['INVOCATION_ID'] !== undefined || process.pid === 1

/** Runs the sources under Node's watcher, which starts them again when a file that they loaded changes. */
async function watch(argv: string[], env: Environment): Promise<number> {
  const sources = join(packageDir, 'src/cli/main.ts')
  const command = [...process.execArgv, '--watch', '--watch-preserve-output', sources, 'serve', ...argv]
  const child = spawn(process.execPath, command, { stdio: 'inherit', env: { ...env, [watchMark]: '1' } })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // A terminal sends it to both; a second one would end the server without draining it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + constants.signals[signal!]
}

async function explain(error: unknown): Promise<number> {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (error instanceof ConfigError) {
    const { checkText } = await import('#platform/config/print.ts')
    return complain(checkText(error.problems), exitCodes.config)
  }
  if (syscall === 'listen' && code === 'EADDRINUSE')
    return complain(
      `${message}: something listens there already. \`miktos doctor\` says what; --port takes another.\n`,
      exitCodes.failure,
    )
  if (syscall === 'listen' && code === 'EACCES')
    return complain(`${message}. Ports below 1024 need a right that this user does not have.\n`, exitCodes.failure)
  if (isUnavailable(error)) return complain(`The database cannot be reached: ${message || code}\n`, exitCodes.temporary)
  if (isRefusedLogin(code))
    return complain(`The database refuses the login of database_url: ${message}\n`, exitCodes.config)
  throw error
}

const isRefusedLogin = (code: string | undefined): boolean =>
  ['28P01', '28000', '3D000', 'ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR'].includes(
    code ?? '',
  )

function complain(text: string, exitCode: number): number {
  process.stderr.write(`miktos: ${text}`)
  return exitCode
}

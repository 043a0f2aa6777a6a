import { AppError } from '#kernel/errors.ts'
import { ConfigError } from '#platform/config/source.ts'
import { ApiError, CommandError, exitCodes } from './failure.ts'
import { dim, red, type Terminal } from './terminal.ts'

/** Says what went wrong, and what to do next; returns the exit code. */
export function report(terminal: Terminal, error: unknown): number {
  const failure = judge(error)
  if (terminal.options.json)
    terminal.warn(JSON.stringify({ error: { exit_code: exitCodes[failure.exit], ...failure.body } }))
  else {
    terminal.warn(red('Error: '), failure.body.message)
    for (const line of failure.more) terminal.warn(dim(`  ${line}`))
  }
  return exitCodes[failure.exit]
}

interface Failure {
  exit: Exclude<keyof typeof exitCodes, 'ok'>
  body: { message: string; code?: string | undefined; details?: Record<string, unknown> }
  more: string[]
}

function judge(error: unknown): Failure {
  if (error instanceof CommandError)
    return { exit: error.exit, body: { message: error.message }, more: error.hint ? [error.hint] : [] }
  if (error instanceof ApiError) return { exit: error.exit, body: error, more: refusalLines(error) }
  // A verb that was called here instead of over the API.
  if (error instanceof AppError) return judge(new ApiError(error))
  if (error instanceof ConfigError)
    return { exit: 'config', body: { message: 'The configuration cannot be used' }, more: problemLines(error) }
  if (error instanceof Error && error.name === 'BackupError')
    return { exit: 'failure', body: { message: error.message }, more: [] }
  const { code, message } = error as NodeJS.ErrnoException
  if (isAway(code))
    return {
      exit: 'temporary',
      body: { message: `The database cannot be reached: ${message || code}` },
      more: ['`miktos doctor` looks closer'],
    }
  return {
    exit: 'failure',
    body: { message: message || String(error) },
    more: error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [],
  }
}

const problemLines = ({ problems }: ConfigError): string[] =>
  problems.map(({ setting, source, message }) => `${setting} (${source}) ${message}`)

const isAway = (code: string | undefined): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'SQLITE_BUSY', '57P03', '53300'].includes(
    code ?? '',
  )

const hints: Partial<Record<NonNullable<ApiError['code']>, string>> = {
  UNAUTHENTICATED: 'Log in with `miktos login --url URL`, or give a key by --token-file or MIKTOS_TOKEN',
  TOKEN_EXPIRED: 'Log in again with `miktos login --url URL`',
  REAUTHENTICATION_REQUIRED: 'Run the command on a terminal, where it can ask for your password, or use an API key',
  SIGNATURE_REQUIRED:
    'Store the signing secret of the key: `miktos login --token-file FILE --signing-secret-file FILE`',
  ADDRESS_NOT_ALLOWED: 'On the machine itself, `miktos users ip-allow` shows and changes who is let in',
}

function refusalLines({ code, details, requestId, status }: ApiError): string[] {
  const { fields } = details
  const wrong = Array.isArray(fields)
    ? fields.slice(1).map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`)
    : []
  const hint = code === undefined ? undefined : hints[code]
  return [
    ...wrong,
    ...(hint ? [hint] : []),
    ...(status >= 500 && requestId ? [`Request ${requestId}; the log of the server has more`] : []),
  ]
}

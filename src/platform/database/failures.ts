const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

/** Two transactions met and this one was chosen to give way: running it again is safe and right. */
export const isRetryable = (error: unknown): boolean =>
  [
    '40001',
    '40P01',
    'ER_LOCK_DEADLOCK',
    'ER_LOCK_WAIT_TIMEOUT',
    'ER_CHECKREAD',
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
  ].includes(codeOf(error))

/** A row with this key exists already. */
export const isDuplicate = (error: unknown): boolean =>
  ['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error))

/** Text with U+0000, which PostgreSQL alone cannot store or compare. */
export const isUnstorableText = (error: unknown): boolean => codeOf(error) === '22021'

const unavailable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_OPTION_PREVENTS_STATEMENT',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '08003',
  '08004',
  '53300',
  '25006',
  'SQLITE_BUSY',
  'SQLITE_FULL',
  'SQLITE_READONLY',
  'SQLITE_IOERR',
  'SQLITE_CANTOPEN',
])

/** The engine is away, full or read-only: the caller may try again later, nothing was changed. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  if (unavailable.has(code) || code.startsWith('SQLITE_IOERR')) return true
  const message = error instanceof Error ? error.message : ''
  return /Connection terminated|timeout exceeded when trying to connect|Connection lost|Pool is closed|Queue limit reached/i.test(
    message,
  )
}

/** The levels as they are written in lines and settings, least severe first. */
export const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const

export type LogLevel = (typeof logLevels)[number]

export const isLogLevel = (word: unknown): word is LogLevel => logLevels.some((level) => level === word)

const spellings: Record<string, LogLevel> = {
  TRACE: 'DEBUG',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  INFORMATION: 'INFO',
  NOTICE: 'INFO',
  WARN: 'WARNING',
  WARNING: 'WARNING',
  ERR: 'ERROR',
  ERROR: 'ERROR',
  CRIT: 'CRITICAL',
  CRITICAL: 'CRITICAL',
  FATAL: 'CRITICAL',
}

/** Numbers are those of Python's `logging`, where these settings come from: 10 is DEBUG, 50 is CRITICAL. */
const byNumber: Record<string, LogLevel> = { 10: 'DEBUG', 20: 'INFO', 30: 'WARNING', 40: 'ERROR', 50: 'CRITICAL' }

/** Reads a level in any spelling and case (`warn`, `Fatal`, `30`); undefined when it is none. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const word = text.trim().toUpperCase()
  if (Object.hasOwn(spellings, word)) return spellings[word]
  return Object.hasOwn(byNumber, word) ? byNumber[word] : undefined
}

import { severities, type SeverityName } from '../logs/logs.ts'

const words: Record<Exclude<SeverityName, 'unknown'>, string> = {
  trace: 'trace trc verbose finest finer',
  debug: 'debug dbug dbg fine',
  info: 'info inf information informational notice log',
  warn: 'warn warning wrn',
  error: 'error err eror erro',
  critical: 'critical crit fatal ftl alert emerg emergency panic severe',
}

const bySpelling = new Map<string, number>(
  Object.entries(words).flatMap(([name, spellings]) =>
    spellings.split(' ').map((spelling): [string, number] => [spelling, severities.findIndex((one) => one === name)]),
  ),
)
for (const [letter, name] of Object.entries({
  t: 'trace',
  d: 'debug',
  i: 'info',
  w: 'warn',
  e: 'error',
  f: 'critical',
}))
  bySpelling.set(
    letter,
    severities.findIndex((one) => one === name),
  )

/**
 * What a level means that a program has written: a word in any case, or a number as pino and bunyan write them
 * (10 trace to 60 fatal). 0 where it means nothing.
 */
export function severityOfLevel(level: string): number {
  const word = level.length <= 16 ? level.trim().toLowerCase() : ''
  const known = bySpelling.get(word)
  if (known !== undefined) return known
  const number = word === '' ? Number.NaN : Number(word)
  return number >= 10 && number <= 60 ? Math.floor(number / 10) : 0
}

/** OpenTelemetry's numbers: four for each of trace, debug, info, warn, error, fatal, from 1 on. */
export const severityOfOtel = (number: number): number =>
  number >= 1 && number <= 24 ? Math.floor((number - 1) / 4) + 1 : 0

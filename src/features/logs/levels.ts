import { invalid } from '#kernel/errors.ts'
import { parseLogLevel } from '#platform/logging/level.ts'
import { severities } from '#platform/telemetry/logs/logs.ts'

/** Stored severities that a level of the settings' spelling covers. */
const covered = {
  DEBUG: ['trace', 'debug'],
  INFO: ['info', 'unknown'],
  WARNING: ['warn'],
  ERROR: ['error', 'critical'],
  CRITICAL: ['critical'],
} as const

/** `ERROR,warn` as stored severities. A line that names no level reads as INFO, and CRITICAL as ERROR. @throws AppError VALIDATION_FAILED */
export function severitiesOf(levels: string): number[] {
  const wanted = levels.split(',').flatMap((text) => {
    if (text.trim().toUpperCase() === 'TRACE') return ['trace' as const]
    const level = parseLogLevel(text)
    if (!level)
      throw invalid('level', `${JSON.stringify(text)} is no level; write DEBUG, INFO, WARN, ERROR or CRITICAL`)
    return covered[level]
  })
  return [...new Set(wanted)].map((name) => severities.indexOf(name))
}

import type { Level } from './queries.ts'

export const levelText: Record<Level, string> = {
  ok: 'text-ok',
  info: 'text-info',
  warn: 'text-warn',
  error: 'text-error',
  critical: 'text-critical',
  unknown: 'text-muted',
}

export const levelFill: Record<Level, string> = {
  ok: 'bg-ok',
  info: 'bg-info',
  warn: 'bg-warn',
  error: 'bg-error',
  critical: 'bg-critical',
  unknown: 'bg-unknown',
}

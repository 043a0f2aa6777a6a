import { formatBytes } from '#console/format.ts'
import type { Setting } from './queries.ts'

/** A value in words: `on`, `10.0.0.0/8, fd00::/8`, `67,108,864 (64 MiB)`. */
export function valueText({ key, type }: Pick<Setting, 'key' | 'type'>, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'not set'
  if (type === 'boolean') return value === true ? 'on' : 'off'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return typeof value === 'number' && isBytes(key) ? `${value} (${formatBytes(value)})` : String(value)
}

export const isBytes = (key: string): boolean => /_bytes(_|$)/.test(key)

import type { Config } from '#platform/config/config.ts'

export interface Finding {
  check: string
  status: 'ok' | 'warn' | 'fail'
  detail: string
  /** What to do about it. */
  fix: string | null
}

export interface Patient {
  config: Config
  /** Where its server is reached from this machine. */
  url: string
  now: number
}

export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail, fix: null })
export const warn = (check: string, detail: string, fix: string): Finding => ({ check, status: 'warn', detail, fix })
export const fail = (check: string, detail: string, fix: string): Finding => ({ check, status: 'fail', detail, fix })

import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import type { StatusLevel } from './Status.tsx'

const tones: Record<StatusLevel | 'neutral', string> = {
  neutral: 'border-border text-muted',
  ok: 'border-ok/40 text-ok',
  info: 'border-info/40 text-info',
  warn: 'border-warn/40 text-warn',
  error: 'border-error/40 text-error',
  critical: 'border-critical/40 text-critical',
  unknown: 'border-unknown/40 text-unknown',
}

/** A short fact beside a name: `admin`, `MFA`, `current`. */
export const Badge = ({ tone = 'neutral', children }: { tone?: StatusLevel | 'neutral'; children: ReactNode }) => (
  <span
    className={cx(
      'inline-flex h-5 items-center gap-1 rounded-sm align-bottom border px-1.5 text-xs font-medium whitespace-nowrap',
      tones[tone],
    )}
  >
    {children}
  </span>
)

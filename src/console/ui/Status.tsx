import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export type StatusLevel = 'ok' | 'info' | 'warn' | 'error' | 'critical' | 'unknown'

interface StatusProps {
  level: StatusLevel
  /** Always a word: the colour alone tells nobody anything. */
  children: ReactNode
  /** On the way to another state: a turning ring in the colour of `unknown`. */
  busy?: boolean
  /** Plain text beside a coloured shape, where many stand in one table. */
  quiet?: boolean
}

const shapes: Record<StatusLevel, ReactNode> = {
  ok: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  info: <rect x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />,
  warn: <path d="M6 .5 12 11.500H0z" fill="currentColor" />,
  error: <path d="M3.500 0h5L12 3.500v5L8.500 12h-5L0 8.500v-5z" fill="currentColor" />,
  critical: <path d="M6 0l6 6-6 6-6-6z" fill="currentColor" />,
  unknown: <circle cx="6" cy="6" r="4.500" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="3 2" />,
}

const colours: Record<StatusLevel, string> = {
  ok: 'text-ok',
  info: 'text-info',
  warn: 'text-warn',
  error: 'text-error',
  critical: 'text-critical',
  unknown: 'text-unknown',
}

/** The shape alone, beside text that says the same in words. */
export const StatusShape = ({ level, busy = false }: { level: StatusLevel; busy?: boolean }) => (
  <svg
    viewBox="0 0 12 12"
    width="11"
    height="11"
    aria-hidden="true"
    className={cx('shrink-0', colours[busy ? 'unknown' : level], busy && 'animate-turn')}
  >
    {busy ? (
      <circle cx="6" cy="6" r="4.500" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="18 12" />
    ) : (
      shapes[level]
    )}
  </svg>
)

export const Status = ({ level, children, busy = false, quiet = false }: StatusProps) => (
  <span
    className={cx(
      'inline-flex h-5 items-center gap-1.5 align-bottom text-sm whitespace-nowrap',
      quiet ? 'text-text' : cx('font-medium', colours[busy ? 'unknown' : level]),
    )}
  >
    <StatusShape level={level} busy={busy} />
    {children}
  </span>
)

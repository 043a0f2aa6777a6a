import type { Reply } from '#kernel/contract.ts'
import type { Api } from './api.ts'
import type { StatusLevel } from './ui/Status.tsx'

type Severity = Reply<Api['GET /alerts/active']>['alerts'][number]['severity']

/** How alerts of a severity look, wherever they show. */
export const severityLevel: Record<Severity, StatusLevel> = {
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'critical',
}

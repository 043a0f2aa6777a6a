import { severities, type Severity } from './alert.ts'

/** Words that other systems use for the same. */
const otherNames: Record<string, Severity> = {
  page: 'critical',
  fatal: 'critical',
  high: 'error',
  err: 'error',
  warn: 'warning',
  medium: 'warning',
  ticket: 'warning',
  low: 'info',
  none: 'info',
}

/** How bad it is, as the label `severity` of others says it; `warning` where it says nothing. */
export function severityOf(text = 'warning'): Severity {
  const word = text.trim().toLowerCase()
  if (Object.hasOwn(otherNames, word)) return otherNames[word]!
  return severities.find((severity) => severity === word) ?? 'warning'
}

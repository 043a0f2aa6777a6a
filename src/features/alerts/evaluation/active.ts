import { hash } from 'node:crypto'
import { secondMs } from '#kernel/time.ts'
import { labelsKey, type Labels } from '#platform/telemetry/labels.ts'
import type { Condition, Rule } from '../rule.ts'
import type { KnownRule } from '../rules/known.ts'
import { toleratedGapMs, type Limit, type Sample, type Terms } from './evaluate.ts'
import { timingOf, type Timing } from './schedule.ts'

/** A rule as the evaluation uses it, worked out once. */
export interface ActiveRule {
  id: string
  version: number
  updatedAt: number
  rule: Rule
  terms: Terms
  timing: Timing
}

/** Undefined for one that is switched off, or broken. */
export function activeRule({ id, version, updated_at, enabled, rule }: KnownRule): ActiveRule | undefined {
  if (!enabled || !rule) return undefined
  return {
    id,
    version,
    updatedAt: updated_at,
    rule,
    terms: termsOf(rule),
    timing: timingOf(id, rule.interval_seconds * secondMs),
  }
}

export const termsOf = ({
  condition,
  interval_seconds,
  for_seconds,
  keep_firing_seconds,
  no_data,
  on_error,
}: Rule): Terms => ({
  limit: limitOf(condition),
  forMs: for_seconds * secondMs,
  keepFiringMs: keep_firing_seconds * secondMs,
  // One evaluation may be missing.
  gapMsMax: Math.max(toleratedGapMs, 2 * interval_seconds * secondMs),
  noData: no_data,
  onError: on_error,
})

function limitOf(condition: Condition): Limit | null {
  switch (condition.type) {
    case 'promql': {
      const { operator = 'above', threshold, recovery_threshold } = condition
      return threshold === undefined ? null : { operator, threshold, recovery: recovery_threshold ?? threshold }
    }
    case 'logs':
      return condition.count === 'absence' ? lessThanOne : limit(condition)
    case 'heartbeat':
      if (condition.source === 'metric') return null
      if (condition.source === 'logs') return lessThanOne
      return { operator: 'above', threshold: condition.timeout_seconds, recovery: condition.timeout_seconds }
    case 'regression':
      return null
    default:
      return limit(condition)
  }
}

const lessThanOne: Limit = { operator: 'below', threshold: 1, recovery: 1 }

const limit = ({
  operator,
  threshold,
  recovery_threshold = threshold,
}: {
  operator: 'above' | 'below'
  threshold: number
  recovery_threshold?: number | undefined
}): Limit => ({ operator, threshold, recovery: recovery_threshold })

/** Of rule and labels: the same for every occurrence. */
export const fingerprintOf = (ruleId: string, labels: Labels): string =>
  hash('sha256', `${ruleId}\n${labelsKey(labels)}`, 'hex').slice(0, 32)

export const sampleOf = (ruleId: string, labels: Labels, value: number, facts?: Sample['facts']): Sample => ({
  fingerprint: fingerprintOf(ruleId, labels),
  labels,
  value,
  ...(facts && { facts }),
})

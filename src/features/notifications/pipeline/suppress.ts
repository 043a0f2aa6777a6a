import type { Alert } from '#features/alerts/index.ts'
import { labelValue, type Labels } from '#platform/telemetry/labels.ts'
import { alertLabels } from '../alertLabels.ts'
import type { InhibitRule } from '../routing/contract.ts'
import { matcherTest } from '../routing/match.ts'
import type { Matcher } from '../routing/matcher.ts'

/** Ids of the silences that keep an alert with these labels from being told. */
export function silencedBy(
  silences: readonly { id: string; matchers: readonly Matcher[] }[],
): (labels: Labels) => string[] {
  const tests = silences.map(({ id, matchers }) => ({ id, holds: matcherTest(matchers) }))
  return (labels) => tests.filter(({ holds }) => holds(labels)).map(({ id }) => id)
}

/**
 * Ids of the alerts that keep one from being told. One that fulfils source and target alike is not inhibited by
 * others that do too, so that no two silence each other.
 */
export function inhibitedBy(
  rules: readonly InhibitRule[],
  firing: readonly Alert[],
): (labels: Labels, id?: string) => string[] {
  const compiled = rules.map((rule) => {
    const isSource = matcherTest(rule.source_matchers)
    const isTarget = matcherTest(rule.target_matchers)
    const sources = new Map<string, { id: string; isTarget: boolean }[]>()
    for (const alert of firing) {
      const labels = alertLabels(alert)
      if (!isSource(labels)) continue
      const key = equalKey(rule, labels)
      sources.set(key, [...(sources.get(key) ?? []), { id: alert.id, isTarget: isTarget(labels) }])
    }
    return { rule, isSource, isTarget, sources }
  })
  return (labels, id) => {
    const by = compiled.flatMap(({ rule, isSource, isTarget, sources }) => {
      if (sources.size === 0 || !isTarget(labels)) return []
      const both = isSource(labels)
      return (sources.get(equalKey(rule, labels)) ?? []).filter(
        (source) => source.id !== id && !(both && source.isTarget),
      )
    })
    return [...new Set(by.map((source) => source.id))]
  }
}

const equalKey = ({ equal }: InhibitRule, labels: Labels): string =>
  JSON.stringify(equal.map((name) => labelValue(labels, name) ?? ''))

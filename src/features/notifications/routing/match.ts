import { secondMs } from '#kernel/time.ts'
import { labelValue, labelsText, valueTest, type Labels } from '#platform/telemetry/labels.ts'
import type { Route, Routing } from './contract.ts'
import type { Matcher } from './matcher.ts'

export type LabelTest = (labels: Labels) => boolean

/** Whether all hold. @throws AppError VALIDATION_FAILED for a bad expression */
export function matcherTest(matchers: readonly Matcher[]): LabelTest {
  const tests = matchers.map((matcher) => ({ name: matcher.name, holds: valueTest(matcher) }))
  return (labels) => tests.every(({ name, holds }) => holds(labelValue(labels, name) ?? ''))
}

/** Where an alert comes to: a route with everything that it inherits. */
export interface Destination {
  /** The way through the tree: `{}/{severity="critical"}`. */
  key: string
  channels: 'all' | readonly string[]
  /** Instead of the channels. */
  policyId: string | null
  groupBy: readonly string[]
  groupWaitMs: number
  groupIntervalMs: number
  repeatMs: number
  muteTimes: readonly string[]
}

/** As Alertmanager has them. */
const shipped: Destination = {
  key: '',
  channels: [],
  policyId: null,
  groupBy: [],
  groupWaitMs: 30 * secondMs,
  groupIntervalMs: 300 * secondMs,
  repeatMs: 4 * 3_600 * secondMs,
  muteTimes: [],
}

interface Node {
  destination: Destination
  holds: LabelTest
  goesOn: boolean
  children: Node[]
}

/** Finds where labels lead: the deepest route of each way that fits, as Alertmanager goes down its tree. */
export function compileRouting({ route }: Routing): (labels: Labels) => Destination[] {
  const root = compile({ ...route, matchers: [] }, shipped, '{}')
  return (labels) => destinations(root, labels)
}

function destinations({ destination, children }: Node, labels: Labels): Destination[] {
  const found: Destination[] = []
  for (const child of children) {
    if (!child.holds(labels)) continue
    found.push(...destinations(child, labels))
    if (!child.goesOn) break
  }
  return found.length > 0 ? found : [destination]
}

function compile(route: Route, above: Destination, key: string): Node {
  const destination = inherit(route, above, key)
  const used = new Map<string, number>()
  return {
    destination,
    holds: matcherTest(route.matchers),
    goesOn: route.continue,
    children: (route.routes ?? []).map((child) => {
      const own = `${key}/${matchersText(child.matchers)}`
      const times = (used.get(own) ?? 0) + 1
      used.set(own, times)
      return compile(child, destination, times === 1 ? own : `${own}#${times}`)
    }),
  }
}

const inherit = (route: Route, above: Destination, key: string): Destination => ({
  key,
  ...receiverOf(route, above),
  groupBy: route.group_by ?? above.groupBy,
  groupWaitMs: msOr(route.group_wait_seconds, above.groupWaitMs),
  groupIntervalMs: msOr(route.group_interval_seconds, above.groupIntervalMs),
  repeatMs: msOr(route.repeat_interval_seconds, above.repeatMs),
  muteTimes: route.mute_times ?? above.muteTimes,
})

function receiverOf({ channels, policy_id }: Route, above: Destination): Pick<Destination, 'channels' | 'policyId'> {
  if (policy_id !== undefined) return { channels: [], policyId: policy_id }
  if (channels !== undefined) return { channels, policyId: null }
  return { channels: above.channels, policyId: above.policyId }
}

const msOr = (seconds: number | undefined, otherwise: number): number =>
  seconds === undefined ? otherwise : seconds * secondMs

export const matchersText = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`).join(', ')}}`

/** The labels by which alerts of a destination are told together. */
export function groupLabels({ groupBy }: Destination, labels: Labels): Record<string, string> {
  if (groupBy.includes('...')) return { ...labels }
  return Object.fromEntries(
    groupBy.flatMap((name) => {
      const value = labelValue(labels, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

export const groupKey = (destination: Destination, labels: Labels): string =>
  `${destination.key}:${labelsText(groupLabels(destination, labels))}`

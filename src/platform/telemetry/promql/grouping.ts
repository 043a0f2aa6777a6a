import type { Labels } from '../labels.ts'
import type { Grouping } from './ast.ts'
import { keyWith, keyWithout, metricName, only, without } from './labelSets.ts'

export interface Groups {
  keyOf(labels: Labels): string
  labelsOf(labels: Labels): Labels
}

/** How the groups of an aggregation are told apart, and the labels of one. */
export function groupsBy(grouping: Grouping): Groups {
  const left = new Set([...grouping.labels, metricName])
  return grouping.without
    ? { keyOf: (labels) => keyWithout(labels, left), labelsOf: (labels) => without(labels, left) }
    : { keyOf: (labels) => keyWith(labels, grouping.labels), labelsOf: (labels) => only(labels, grouping.labels) }
}

import { invalid } from '#kernel/errors.ts'
import { rounded } from '#kernel/number.ts'
import { iso } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'
import { sampleTypes, sampleUnits, type SampleType } from '#platform/metrics/sample.ts'

interface Wanted {
  type?: string | undefined
  limit: number
  since?: number | undefined
}

export function readSamples({ metrics }: Platform, { type, limit, since }: Wanted) {
  const types = type === undefined ? sampleTypes : type.split(',').map(knownType)
  const { points, total } = metrics.history.newest(types, { limit, since })
  return {
    metrics: points.map(({ type, value, at }) => ({
      type,
      value: rounded(value, 3),
      unit: sampleUnits[type],
      timestamp: iso(at),
    })),
    types: [...sampleTypes],
    total,
  }
}

function knownType(name: string): SampleType {
  const type = sampleTypes.find((type) => type === name.trim())
  if (!type) throw invalid('type', `There is no type "${name}"; there are ${sampleTypes.join(', ')}`)
  return type
}

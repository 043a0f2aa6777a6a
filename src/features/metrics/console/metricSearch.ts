import { metadataOf, type Metadata } from '#console/promql/names.ts'

export interface DescribedMetric extends Metadata {
  name: string
}

export const described = (names: readonly string[], all: Record<string, Metadata[]>): DescribedMetric[] =>
  names.map((name) => {
    const { type = 'unknown', help = '' } = metadataOf(all, name) ?? {}
    return { name, type, help }
  })

/** Every word has to be in the name or the help; names that begin with the first word come first. */
export function matching(metrics: readonly DescribedMetric[], text: string, type: string): DescribedMetric[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const first = words[0] ?? ''
  const isAhead = ({ name }: DescribedMetric): number => Number(name.toLowerCase().startsWith(first))
  return metrics
    .filter((metric) => {
      const searched = `${metric.name} ${metric.help}`.toLowerCase()
      return (type === '' || metric.type === type) && words.every((word) => searched.includes(word))
    })
    .toSorted((a, b) => isAhead(b) - isAhead(a))
}

/** As one wants to see it: a counter as its rate, a histogram as its 95th percentile. */
export function expressionOf({ name, type }: DescribedMetric): string {
  if (name.endsWith('_bucket')) return `histogram_quantile(0.95, sum by (le) (rate(${name}[5m])))`
  return type === 'counter' || type === 'histogram' || name.endsWith('_total') ? `rate(${name}[5m])` : name
}

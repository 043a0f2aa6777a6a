import type * as z from 'zod'
import type { alertsEndpoints } from './contract.ts'
import { rendered, type Subject } from './templates.ts'

type Asked = z.output<typeof alertsEndpoints.texts.body>
type Reply = z.output<typeof alertsEndpoints.texts.reply>
type Sample = NonNullable<Asked['sample']>

/** Each has a limit of its own; all of them together must not keep others waiting either. */
const tookMsMax = 200
const late = { problem: 'The texts before this one take too long' }

/** What the texts of a rule come to for one alert, and which of them are not understood. */
export function textsOf({ name, type, threshold, labels, annotations, sample: given }: Asked): Reply {
  const sample = given ?? exampleFor(type, threshold, Object.values({ ...labels, ...annotations }))
  const problems: Reply['problems'] = []
  const lateAt = performance.now() + tookMsMax
  const filled = (field: string, texts: Record<string, string>, subject: Subject): Record<string, string> =>
    Object.fromEntries(
      Object.entries(texts).map(([one, text]) => {
        const result = performance.now() < lateAt ? rendered(text, subject) : late
        if ('problem' in result) problems.push({ field: `${field}.${one}`, message: result.problem })
        return [one, 'text' in result ? result.text : text]
      }),
    )
  return {
    labels: filled('labels', labels, { labels: sample.labels, value: null, threshold: null }),
    annotations: filled('annotations', annotations, {
      labels: sample.labels,
      value: sample.value,
      threshold,
      name,
      ...sample.facts,
    }),
    problems,
    sample: { ...sample, is_real: given !== undefined },
  }
}

const evidence = { baseline: 0.2, mad: 0.02, current: 0.5, requests: 120, compared: 35 }

/** Where no series is known, every label that the texts speak of stands for itself. */
function exampleFor(type: Asked['type'], threshold: number | null, texts: readonly string[]): Sample {
  const names = texts.flatMap((text) => [...text.matchAll(/\blabels\.(\w{1,100})/g)].map(([, name]) => name!))
  const isRegression = type === 'regression'
  return {
    labels: Object.fromEntries(names.map((name) => [name, `‹${name}›`])),
    value: isRegression ? evidence.current : (threshold ?? 1),
    facts: isRegression ? evidence : {},
  }
}

import type { Labels } from '../labels.ts'

export const metricName = '__name__'

/** What a label holds; absent is empty. Names such as `constructor` are labels like any other. */
export const labelOf = (labels: Labels, name: string): string => (Object.hasOwn(labels, name) ? labels[name]! : '')

// Half of a surrogate pair: no text that came from UTF-8 has it.
const end = '\ud800'

/** Tells label sets apart, as `labelsKey` does, but is made for every series of a query. */
export function keyOf(labels: Labels): string {
  let key = ''
  for (const name of Object.keys(labels).toSorted()) key += name + end + labels[name]! + end
  return key
}

/** Key of the labels that are not among `names`. */
export function keyWithout(labels: Labels, names: ReadonlySet<string>): string {
  let key = ''
  for (const name of Object.keys(labels).toSorted()) if (!names.has(name)) key += name + end + labels[name]! + end
  return key
}

/** Key of the values of `names`, in their order. */
export function keyWith(labels: Labels, names: readonly string[]): string {
  let key = ''
  for (const name of names) key += labelOf(labels, name) + end
  return key
}

export const only = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(names.filter((name) => labelOf(labels, name) !== '').map((name) => [name, labels[name]!]))

export function without(labels: Labels, names: ReadonlySet<string>): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.has(name)))
}

const nameOnly: ReadonlySet<string> = new Set([metricName])

export const withoutName = (labels: Labels): Labels =>
  Object.hasOwn(labels, metricName) ? without(labels, nameOnly) : labels

/** The labels with one of them changed; an empty value takes it away. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const rest = Object.entries(labels).filter(([other]) => other !== name)
  return Object.fromEntries(value === '' ? rest : [...rest, [name, value]])
}

/** As Prometheus orders series: by name and value of each label, label by label. */
export function inOrder<T extends { labels: Labels }>(series: T[]): T[] {
  const sorted = series.map((one) => ({ one, words: wordsOf(one.labels) }))
  sorted.sort((a, b) => compareWords(a.words, b.words))
  return sorted.map(({ one }) => one)
}

const wordsOf = (labels: Labels): string[] =>
  Object.keys(labels)
    .toSorted()
    .flatMap((name) => [name, labels[name]!])

function compareWords(a: string[], b: string[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1
  return a.length - b.length
}

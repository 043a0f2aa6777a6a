import { Counter, Gauge, type Registry } from 'prom-client'

type Values = number | Record<string, number>

interface Named {
  kind: 'gauge' | 'counter'
  name: string
  help: string
}

/** A metric whose value is read when somebody asks for it. */
interface ReadMetric extends Named {
  /** Tells the values apart where `read` returns several: `{read: 1, write: 2}`. */
  label?: string
  read: () => Values | Promise<Values>
}

export function registerRead(registry: Registry, { label, read, ...named }: ReadMetric): void {
  const rowsOf = (values: Values): Row[] =>
    typeof values === 'number'
      ? [[{}, values]]
      : Object.entries(values).map(([key, value]): Row => [{ [label!]: key }, value])
  registerRows(registry, { ...named, labels: label ? [label] : [], read: async () => rowsOf(await read()) })
}

/** Labels and the value that they name. */
export type Row = readonly [labels: Record<string, string>, value: number]

/** A metric with several labels that is read when somebody asks for it; rows that are absent are no series any more. */
interface RowsMetric extends Named {
  labels: readonly string[]
  read: () => readonly Row[] | Promise<readonly Row[]>
}

export function registerRows(registry: Registry, { kind, name, help, labels, read }: RowsMetric): void {
  const Kind = kind === 'counter' ? Counter : Gauge
  const metric: Counter | Gauge = new Kind({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect: async () => {
      const rows = await read()
      metric.reset()
      for (const [values, value] of rows) metric.inc(values, value)
    },
  })
}

/** Reads again only when what was read is older than `ageMaxMs`; whoever asks meanwhile gets the same. */
export function remembered<T>(read: () => Promise<T>, ageMaxMs: number): () => Promise<T> {
  let latest: { at: number; value: Promise<T> } | undefined
  return () => {
    if (!latest || performance.now() - latest.at > ageMaxMs) {
      latest = { at: performance.now(), value: read() }
      latest.value.catch(() => (latest = undefined))
    }
    return latest.value
  }
}

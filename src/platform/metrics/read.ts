import { Counter, Gauge, type Registry } from 'prom-client'

type Values = number | Record<string, number>

/** A metric whose value is read when somebody asks for it. */
interface ReadMetric {
  kind: 'gauge' | 'counter'
  name: string
  help: string
  /** Tells the values apart where `read` returns several: `{read: 1, write: 2}`. */
  label?: string
  read: () => Values | Promise<Values>
}

export function registerRead(registry: Registry, { kind, name, help, label, read }: ReadMetric): void {
  const Kind = kind === 'counter' ? Counter : Gauge
  const metric: Counter | Gauge = new Kind({
    name,
    help,
    labelNames: label ? [label] : [],
    registers: [registry],
    collect: async () => {
      const values = await read()
      metric.reset()
      if (typeof values === 'number') metric.inc(values)
      else for (const [key, value] of Object.entries(values)) metric.inc({ [label!]: key }, value)
    },
  })
}

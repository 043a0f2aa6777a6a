import * as z from 'zod'

/**
 * What is read of Grafana's dashboards, from version 4 (rows) to 12. Anything else in them is passed over, and a value
 * of a kind that is not expected counts as absent: the files are written by many programs.
 */
const text = z.string().optional().catch(undefined)
const number = z.number().nullish().catch(undefined)
const flag = z.boolean().optional().catch(undefined)
const list = z.array(z.unknown()).optional().catch(undefined)

const target = z.object({
  expr: text,
  legendFormat: text,
  hide: flag,
  refId: text,
  datasource: z.unknown().optional(),
})

const step = z.object({ color: text, value: number })

const defaults = z.object({
  unit: text,
  decimals: number,
  min: number,
  max: number,
  thresholds: z
    .object({ mode: text, steps: z.array(step).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  custom: z
    .object({
      fillOpacity: number,
      stacking: z.object({ mode: text }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

const gridPos = z.object({ x: number, y: number, w: number, h: number })

const base = {
  type: text,
  title: text,
  description: text,
  gridPos: gridPos.optional().catch(undefined),
  span: number,
  targets: z.array(target).optional().catch(undefined),
  fieldConfig: z
    .object({ defaults: defaults.optional().catch(undefined), overrides: list })
    .optional()
    .catch(undefined),
  options: z
    .object({
      content: text,
      mode: text,
      reduceOptions: z
        .object({ calcs: z.array(z.string()).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  transformations: list,
  links: list,
  repeat: text,
  alert: z.unknown().optional(),
  collapsed: flag,
  // Of `graph` and `singlestat`, which `timeseries` and `stat` replaced.
  yaxes: z
    .array(z.object({ format: text, min: z.unknown().optional(), max: z.unknown().optional() }))
    .optional()
    .catch(undefined),
  format: text,
  decimals: number,
  stack: flag,
  fill: number,
  valueName: text,
  thresholds: z.unknown().optional(),
  colors: z.array(z.string()).optional().catch(undefined),
  content: text,
  mode: text,
}

export const GrafanaPanel = z.object({ ...base, panels: z.array(z.object(base)).optional().catch(undefined) })
export type GrafanaPanel = z.output<typeof GrafanaPanel>

export const GrafanaVariable = z.object({
  name: text,
  label: text,
  type: text,
  query: z
    .union([z.string(), z.object({ query: text })])
    .optional()
    .catch(undefined),
  definition: text,
  regex: text,
  multi: flag,
  includeAll: flag,
  allValue: z.string().nullish().catch(undefined),
  auto: flag,
  current: z
    .object({
      value: z
        .union([z.string(), z.array(z.string())])
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})
export type GrafanaVariable = z.output<typeof GrafanaVariable>

export const Grafana = z.object({
  title: text,
  description: text,
  tags: z.array(z.string()).optional().catch(undefined),
  panels: z.array(GrafanaPanel).optional(),
  rows: z
    .array(
      z.object({
        title: text,
        showTitle: flag,
        height: z.union([z.string(), z.number()]).optional().catch(undefined),
        panels: z.array(GrafanaPanel).optional().catch(undefined),
      }),
    )
    .optional(),
  templating: z
    .object({ list: z.array(GrafanaVariable).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  time: z.object({ from: text, to: text }).optional().catch(undefined),
  refresh: z.union([z.string(), z.boolean()]).optional().catch(undefined),
  annotations: z.object({ list }).optional().catch(undefined),
  links: list,
})
export type Grafana = z.output<typeof Grafana>

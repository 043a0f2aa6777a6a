import * as z from 'zod'

/** Columns of the grid on which panels stand. */
export const columns = 24

export const panelTypes = ['timeseries', 'stat', 'gauge', 'bar', 'table', 'logs', 'status', 'text'] as const

/** What a panel's numbers are. `ratio` is 0 to 1, `percent` 0 to 100. */
export const units = [
  'number',
  'per_second',
  'seconds',
  'milliseconds',
  'bytes',
  'bytes_per_second',
  'ratio',
  'percent',
] as const

export const reducers = ['last', 'min', 'max', 'mean', 'sum'] as const

export const levels = ['ok', 'info', 'warn', 'error', 'critical', 'unknown'] as const

/** Name of a variable, used in queries as `$name` or `${name}`. */
const variableName = z
  .string()
  .regex(/^[a-zA-Z_]\w{0,49}$/, 'Write letters, digits and "_", beginning with a letter')
  .refine((name) => !name.startsWith('__'), 'Names that begin with "__" belong to the built-in variables')

const wellFormed = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
const line = (max: number) => z.string().max(max).refine(wellFormed, 'Leave the character U+0000 out')
const expression = line(20_000)

const query = z.strictObject({
  expr: expression,
  /** Name of a line, with `{{label}}` in it; '' writes all labels. */
  legend: line(500).default(''),
})

const threshold = z.strictObject({ value: z.number(), level: z.enum(levels) })

export const Panel = z
  .strictObject({
    id: z.string().regex(/^[\w-]{1,40}$/),
    type: z.enum(panelTypes),
    title: line(200).default(''),
    description: line(2_000).default(''),
    x: z
      .number()
      .int()
      .min(0)
      .max(columns - 1),
    y: z.number().int().min(0).max(10_000),
    w: z.number().int().min(1).max(columns),
    h: z.number().int().min(1).max(100),
    /** PromQL; in a `logs` panel the filter of its lines. */
    queries: z.array(query).max(10).default([]),
    unit: z.enum(units).default('number'),
    /** Digits behind the point; null as the number needs. */
    decimals: z.number().int().min(0).max(10).nullable().default(null),
    min: z.number().nullable().default(null),
    max: z.number().nullable().default(null),
    /** From `value` on the panel has the colour and word of `level`. */
    thresholds: z.array(threshold).max(10).default([]),
    stacked: z.boolean().default(false),
    filled: z.boolean().default(false),
    /** Which of a line's values `stat`, `gauge`, `bar` and `table` show. */
    reduce: z.enum(reducers).default('last'),
    /** Markdown of a `text` panel. */
    content: line(50_000).default(''),
  })
  .refine(({ x, w }) => x + w <= columns, { path: ['w'], message: `The panel reaches over the ${columns} columns` })

const common = { name: variableName, label: line(100).default('') }

export const Variable = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('query'),
    /** `label_values(metric, label)` or `label_values(label)`. */
    query: line(2_000).regex(
      /^\s*label_values\((?:.+,)?\s*[a-zA-Z_]\w*\s*\)\s*$/s,
      'Write label_values(metric, label) or label_values(label)',
    ),
    multi: z.boolean().default(false),
    /** Offers "All", which matches every value. */
    include_all: z.boolean().default(false),
    /** Values chosen at first; none: all where that is offered, else the first. */
    value: z.array(line(500)).max(100).default([]),
  }),
  z.strictObject({
    ...common,
    type: z.literal('custom'),
    options: z.array(line(500)).min(1, 'Write at least one value').max(500),
    multi: z.boolean().default(false),
    include_all: z.boolean().default(false),
    value: z.array(line(500)).max(100).default([]),
  }),
  z.strictObject({ ...common, type: z.literal('text'), value: z.array(line(500)).max(1).default([]) }),
  z.strictObject({
    ...common,
    type: z.literal('interval'),
    options: z
      .array(z.string().regex(/^\d+(ms|[smhdwy])$/, 'Write a duration such as 5m'))
      .min(1)
      .max(50),
    value: z.array(line(20)).max(1).default([]),
  }),
])

/** A dashboard as it is written, stored and exported. */
export const Board = z
  .strictObject({
    title: z
      .string()
      .trim()
      .min(1, 'Write a title')
      .max(200)
      .refine((text) => wellFormed(text) && !/\p{Cc}/u.test(text), 'Leave control characters out'),
    description: line(10_000).default(''),
    /** '' stands outside of every folder. */
    folder: line(100).default(''),
    tags: z.array(line(50).min(1)).max(20).default([]),
    /** How far back it looks at first: `now-1h`. */
    from: z
      .string()
      .regex(/^now-\d{1,6}[smhdw]$/, 'Write a span such as now-6h')
      .default('now-1h'),
    refresh_seconds: z.number().int().min(0).max(86_400).default(10).describe('0: only when asked'),
    variables: z.array(Variable).max(20).default([]),
    panels: z.array(Panel).max(300, 'A dashboard has 300 panels at most').default([]),
  })
  .superRefine(({ panels, variables }, context) => {
    if (new Set(panels.map(({ id }) => id)).size < panels.length)
      context.addIssue({ code: 'custom', path: ['panels'], message: 'Two panels have the same id' })
    if (new Set(variables.map(({ name }) => name)).size < variables.length)
      context.addIssue({ code: 'custom', path: ['variables'], message: 'Two variables have the same name' })
  })

export type Board = z.output<typeof Board>
export type BoardInput = z.input<typeof Board>
export type Panel = z.output<typeof Panel>
export type Variable = z.output<typeof Variable>

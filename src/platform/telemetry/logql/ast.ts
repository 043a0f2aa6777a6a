import type { Matcher } from '../labels.ts'

/** A parsed LogQL expression: lines, or numbers made of them. */
export type LogqlExpression = LogExpression | MetricExpression

export interface LogExpression {
  kind: 'log'
  selector: Matcher[]
  stages: Stage[]
  /** Where each stage stands in the query. */
  places: { from: number; to: number }[]
}

/** One step of a pipeline: keeps or drops a line, or changes it and its labels. */
export type Stage =
  | LineFilter
  | { kind: 'json'; extractions: Extraction[] }
  | { kind: 'logfmt'; strict: boolean; keepEmpty: boolean; extractions: Extraction[] }
  | { kind: 'regexp' | 'pattern'; pattern: string }
  | { kind: 'unpack' | 'decolorize' }
  | { kind: 'labelFilter'; filter: LabelFilter }
  | { kind: 'lineFormat'; template: string }
  | { kind: 'labelFormat'; formats: LabelFormat[] }
  | { kind: 'drop' | 'keep'; labels: LabelChoice[] }
  | { kind: 'distinct'; names: string[] }

/** `|= "a" or "b"` keeps a line in which one of the terms is found; `!=` one in which none is. */
export interface LineFilter {
  kind: 'lineFilter'
  negated: boolean
  terms: LineTerm[]
}

export interface LineTerm {
  how: 'contains' | 'matches' | 'pattern' | 'ip'
  text: string
}

/** Label `name` gets what the path leads to: `first="servers[0]"`. */
export interface Extraction {
  name: string
  path: string
}

export type LabelFormat = { name: string; from: string } | { name: string; template: string }

/** A label by its name, or only where its value matches. */
export interface LabelChoice {
  name: string
  matcher: Matcher | null
}

export type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<='

export type LabelFilter =
  | { op: 'and' | 'or'; left: LabelFilter; right: LabelFilter }
  | { op: 'matcher'; matcher: Matcher }
  | { op: 'ip'; name: string; negated: boolean; range: string }
  /** Durations are compared in nanoseconds. */
  | { op: 'compare'; name: string; compare: Comparison; unit: Unit; value: number }

export type Unit = 'number' | 'duration' | 'bytes'

export type MetricExpression =
  | RangeAggregation
  | VectorAggregation
  | BinaryOperation
  | { kind: 'literal' | 'vector'; value: number }
  | {
      kind: 'labelReplace'
      of: MetricExpression
      target: string
      replacement: string
      source: string
      pattern: string
    }

export type RangeOperation =
  | 'count_over_time'
  | 'rate'
  | 'rate_counter'
  | 'bytes_over_time'
  | 'bytes_rate'
  | 'avg_over_time'
  | 'sum_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'stddev_over_time'
  | 'stdvar_over_time'
  | 'quantile_over_time'
  | 'first_over_time'
  | 'last_over_time'
  | 'absent_over_time'

/** Numbers of the lines in (t - range, t]. */
export interface RangeAggregation {
  kind: 'range'
  op: RangeOperation
  parameter: number | null
  query: LogExpression
  unwrap: Unwrap | null
  rangeNs: number
  offsetNs: number
  grouping: Grouping | null
}

/** The label whose value is the sample. */
export interface Unwrap {
  name: string
  unit: Unit
  filters: LabelFilter[]
}

export interface Grouping {
  without: boolean
  labels: string[]
}

export type VectorOperation =
  | 'sum'
  | 'avg'
  | 'count'
  | 'max'
  | 'min'
  | 'stddev'
  | 'stdvar'
  | 'bottomk'
  | 'topk'
  | 'sort'
  | 'sort_desc'
  | 'approx_topk'

export interface VectorAggregation {
  kind: 'aggregate'
  op: VectorOperation
  parameter: number | null
  grouping: Grouping | null
  of: MetricExpression
}

export type Operator = '+' | '-' | '*' | '/' | '%' | '^' | '==' | Exclude<Comparison, '='> | 'and' | 'or' | 'unless'

export interface BinaryOperation {
  kind: 'binary'
  op: Operator
  /** A comparison answers 0 or 1 instead of filtering. */
  bool: boolean
  matching: Matching | null
  left: MetricExpression
  right: MetricExpression
}

/** Which labels pair the two sides; `many` is the side that may have several series per pair. */
export interface Matching {
  on: boolean
  labels: string[]
  many: 'left' | 'right' | null
  include: string[]
}

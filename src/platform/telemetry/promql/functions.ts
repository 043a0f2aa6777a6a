import type { ValueType } from './ast.ts'

export interface FunctionSignature {
  args: ValueType[]
  /** How many of the last argument's kind may be left out, or `any` where it may also come more often. */
  optional: number | 'any'
  returns: ValueType
}

const vector: ValueType = 'instant vector'
const range: ValueType = 'range vector'
const scalar: ValueType = 'scalar'
const string: ValueType = 'string'

const yields = (
  returns: ValueType,
  args: ValueType[] = [],
  optional: FunctionSignature['optional'] = 0,
): FunctionSignature => ({ args, optional, returns })

const each = (names: string, signature: FunctionSignature): [string, FunctionSignature][] =>
  names.split(' ').map((name) => [name, signature])

const histograms = 'histogram_count histogram_sum'
const ofVector =
  'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp'
const ofRange =
  'absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time'
const ofTime = 'day_of_month day_of_week day_of_year days_in_month hour minute month year'

/** The functions of Prometheus 2.42. Those of native histograms are known, so that they can be refused by name. */
export const signatures: ReadonlyMap<string, FunctionSignature> = new Map([
  ...each(ofVector, yields(vector, [vector])),
  ...each(histograms, yields(vector, [vector])),
  ...each(ofRange, yields(vector, [range])),
  ...each(ofTime, yields(vector, [vector], 1)),
  ...each('pi time', yields(scalar)),
  ...each('clamp_max clamp_min', yields(vector, [vector, scalar])),
  ['clamp', yields(vector, [vector, scalar, scalar])],
  ['histogram_fraction', yields(vector, [scalar, scalar, vector])],
  ['histogram_quantile', yields(vector, [scalar, vector])],
  ['holt_winters', yields(vector, [range, scalar, scalar])],
  ['label_join', yields(vector, [vector, string, string, string], 'any')],
  ['label_replace', yields(vector, [vector, string, string, string, string])],
  ['predict_linear', yields(vector, [range, scalar])],
  ['quantile_over_time', yields(vector, [scalar, range])],
  ['round', yields(vector, [vector, scalar], 1)],
  ['scalar', yields(scalar, [vector])],
  ['vector', yields(vector, [scalar])],
])

/** Those that ask for the moment of evaluation, so that `@` on what they are given does not make them constant. */
export const timeDependent: ReadonlySet<string> = new Set([...ofTime.split(' '), 'predict_linear', 'time', 'timestamp'])

export const nativeHistogramFunctions: ReadonlySet<string> = new Set([...histograms.split(' '), 'histogram_fraction'])

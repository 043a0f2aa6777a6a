import { Random } from '../../support/random.ts'
import { endMs, startMs } from './dataset.ts'

const metrics = [
  { name: 'http_requests_total', labels: ['job', 'instance', 'code'] },
  { name: 'http_requests_total', labels: ['job', 'instance', 'code'] },
  { name: 'memory_bytes', labels: ['job', 'instance'] },
  { name: 'temperature', labels: ['instance', 'room'] },
  { name: 'up', labels: ['job', 'instance'] },
  { name: 'build_info', labels: ['job', 'instance', 'version', 'revision'] },
  { name: 'tie', labels: ['i', 'group'] },
  { name: 'sparse', labels: ['i'] },
  { name: 'request_seconds_bucket', labels: ['job', 'le'] },
  { name: 'odd_bucket', labels: ['kind', 'le'] },
  { name: 'special', labels: ['kind'] },
  { name: 'odd', labels: ['text', 'constructor', 'le', '_x'] },
  { name: 'moment', labels: ['i'] },
]

const words = (text: string): string[] => text.split(' ')

const matchers = [
  'job="api"',
  'job!="api"',
  'job=~"a.*|x"',
  'job!~"w.b"',
  'job=~""',
  'job=~"(?i:API)"',
  'instance=~"[ab]:80"',
  'instance="c:80"',
  'code=~"4..|200"',
  'code!="500"',
  'room!=""',
  'group="odd"',
  'i=~"[0-3]"',
  'missing=""',
  'missing="x"',
  'kind=~".*nan.*"',
  'kind!~"nan|infinite|huge"',
  'le="+Inf"',
  'constructor="c"',
  'text=~".+"',
  'text=""',
  'text="a\\"b"',
  "text='a\\'b'",
  'text=`back\\slash`',
  'text=~".*日本.*"',
]

const labels = words('job instance code kind i group le text missing version constructor _x')
const durations = words('15s 1m 90s 3m 5m 10m 37s 1h 2h 20s 1m30s 500ms')
const steps = ['15s', '1m', '77s', '', '5m', '10s']

const overTime = [
  ...words('rate increase delta irate idelta deriv changes resets absent_over_time'),
  ...words('avg min max sum count stddev stdvar last present').map((name) => `${name}_over_time`),
]
const mathematical = words(
  'abs ceil floor exp ln log2 log10 sgn sqrt deg rad sort sort_desc timestamp round ' +
    'acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh',
)
const calendar = words('minute hour day_of_week day_of_month day_of_year days_in_month month year')
const aggregations = words('sum avg min max count group stddev stdvar')
const ranked = ['topk', 'bottomk']
const arithmetic = words('+ - * / % ^ atan2')
const comparisons = words('== != < <= > >=')
const sets = words('and or unless')

/** An expression around something that is nested `depth` deep at most. */
type Template = (depth: number) => string

/** Expressions of PromQL, the same for the same seed. */
export class Queries {
  readonly #random: Random
  readonly #templates: Template[]

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#templates = this.#everyTemplate()
  }

  /** Every function, operator, aggregation and modifier `times` times, around selectors and a little more. */
  everything(times: number): string[] {
    return Array.from({ length: times }, (_, round) =>
      this.#templates.map((template) => template(round % 4 === 0 ? 1 : 0)),
    ).flat()
  }

  nested(count: number, depth: number): string[] {
    return Array.from({ length: count }, () => (this.#random.chance(0.95) ? this.#vector(depth) : this.#scalar(depth)))
  }

  /** A moment in or around the data. */
  momentMs(): number {
    return this.#random.between(startMs - 300_000, endMs + 400_000)
  }

  range(): { fromMs: number; toMs: number; stepMs: number } {
    const fromMs = this.#random.between(startMs - 300_000, endMs)
    const stepMs = this.#random.pick([15_000, 30_000, 60_000, 77_000, 300_000])
    return { fromMs, toMs: fromMs + this.#random.between(0, 30) * stepMs + this.#random.pick([0, 1_000]), stepMs }
  }

  #everyTemplate(): Template[] {
    const random = this.#random
    const range: Template = (depth) => this.#range(depth)
    const vector: Template = (depth) => this.#vector(depth)
    const scalar: Template = (depth) => this.#scalar(depth)
    const binary = (op: string, bool = ''): Template[] => [
      (depth) => `${this.#operand(depth)} ${op}${bool} ${this.#operand(depth)}`,
      (depth) => this.#matched(op + bool, depth),
      (depth) => `${vector(depth)} ${op}${bool} ${scalar(depth)}`,
      (depth) => `${scalar(depth)} ${op}${bool} ${vector(depth)}`,
    ]
    return [
      ...overTime.map(
        (name): Template =>
          (depth) =>
            `${name}(${range(depth)})`,
      ),
      ...mathematical.map(
        (name): Template =>
          (depth) =>
            `${name}(${vector(depth)})`,
      ),
      ...calendar.map(
        (name): Template =>
          (depth) =>
            `${name}(${random.chance(0.15) ? '' : this.#momentVector(depth)})`,
      ),
      ...aggregations.map(
        (name): Template =>
          (depth) =>
            this.#aggregated(name, vector(depth)),
      ),
      ...ranked.map(
        (name): Template =>
          (depth) =>
            this.#aggregated(
              name,
              `${random.pick(['1', '2', '3', '5', '0', '1.9', '-1', 'scalar(up)'])}, ${vector(depth)}`,
            ),
      ),
      ...[...arithmetic, ...comparisons].flatMap((op) => binary(op)),
      ...comparisons.flatMap((op) => binary(op, ' bool')),
      ...sets.flatMap((op): Template[] => [
        (depth) => `${vector(depth)} ${op} ${vector(depth)}`,
        (depth) => `${vector(depth)} ${op} ${this.#on()} ${vector(depth)}`,
      ]),
      (depth) => this.#aggregated('quantile', `${this.#quantile()}, ${vector(depth)}`),
      () =>
        this.#aggregated(
          'count_values',
          `"${random.pick(['value', 'job', 'i', '0bad'])}", ${random.pick(['up', 'tie', 'build_info', 'sparse', 'special', 'tie * 0.5'])}`,
        ),
      (depth) =>
        `absent(${random.chance(0.5) ? vector(depth) : random.pick(['nothing{job="a",x=~"b"}', 'nothing{a="1",a="2"}', 'nothing{a!="1",a="2"}', '(nothing{a=""})', 'up{missing="x"}'])})`,
      (depth) => `clamp(${vector(depth)}, ${scalar(0)}, ${scalar(0)})`,
      (depth) => `clamp_max(${vector(depth)}, ${scalar(depth)})`,
      (depth) => `clamp_min(${vector(depth)}, ${scalar(depth)})`,
      (depth) => `round(${vector(depth)}, ${random.pick(['1', '0.1', '5', '0', '-2', '1e9', scalar(0)])})`,
      () => `histogram_quantile(${this.#quantile()}, ${this.#buckets()})`,
      () => `histogram_quantile(${this.#quantile()}, ${this.#buckets()})`,
      (depth) =>
        `holt_winters(${range(depth)}, ${random.pick(['0.1', '0.5', '0.9', '0.5', '1', '0'])}, ${random.pick(['0.1', '0.3', '0.8', '2'])})`,
      (depth) => `predict_linear(${range(depth)}, ${random.pick(['60', '3600', '-10', '0', scalar(0)])})`,
      (depth) => `quantile_over_time(${this.#quantile()}, ${range(depth)})`,
      (depth) =>
        `label_replace(${vector(depth)}, "${random.pick(['new', 'job', 'i', '__name__', 'bad-name', 'constructor'])}", "${random.pick(['$1', '${1}x', 'fix', '', '$name', '$$1', '$1_$2', 'é$0'])}", "${random.pick(labels)}", "${random.pick(['(.*)', '(.).*', 'a(.*):(.*)', '', '(?P<name>.+)', 'x', '(', '(a)|(b).*'])}")`,
      (depth) =>
        `label_join(${vector(depth)}, "${random.pick(['new', 'job', '__name__', '0bad'])}", "${random.pick(['-', '', ', '])}"${random
          .some(labels)
          .map((label) => `, "${label}"`)
          .join('')})`,
      (depth) => `scalar(${random.chance(0.5) ? 'sparse{i="4m"}' : vector(depth)})`,
      (depth) => `vector(${scalar(depth)})`,
      () => 'time()',
      () => 'pi()',
      (depth) => `vector(time()) ${random.pick(arithmetic)} ${vector(depth)}`,
      (depth) => `-${this.#operand(depth)}`,
      (depth) => `+${this.#operand(depth)} ^ 2`,
      (depth) => `-2 ^ ${scalar(0)} * ${vector(depth)}`,
      () => `${this.#selector()} offset ${random.pick(['', '-'])}${this.#duration()}`,
      () => `${this.#selector()} @ ${this.#moment()}`,
      () => `${this.#selector()} @ ${random.pick(['start()', 'end()'])} offset ${this.#duration()}`,
      (depth) => `timestamp(${this.#selector()}${this.#displacement(0.6)} ${random.pick(['', `+ ${scalar(depth)}`])})`,
      (depth) => `${random.pick(overTime)}(${this.#subquery(depth)} @ ${this.#moment()})`,
      (depth) =>
        `${random.pick(overTime)}(${random.pick(overTime)}(${range(depth)})[${random.pick(['5m', '10m'])}:${random.pick(steps)}])`,
      () => `${this.#selector()}[${this.#duration()}]`,
      () => this.#subquery(0),
      () => `"${random.pick(['text', 'ünï', '\\u00e9\\n\\x41'])}"`,
      () => this.#broken(),
    ]
  }

  /** Texts that are no expressions, or not over such values. */
  #broken(): string {
    const selector = this.#selector()
    return this.#random.pick([
      `sum(${selector}`,
      `rate(${selector})`,
      `${selector} +`,
      `nofunction(${selector})`,
      `${selector}[5m] + 1`,
      `sum(1)`,
      `abs(${selector}, 1)`,
      '1 == 2',
      `${selector} and 1`,
      `${selector} + bool 1`,
      `topk(${selector})`,
      `${selector}[5]`,
      `${selector}[0s]`,
      `(${selector})[5m]`,
      `${selector} offset 5m offset 5m`,
      '{job=~".*"}',
      'up{__name__="x"}',
      'up{job=~"("}',
      '"unterminated',
      `sum(${selector}) by job`,
      `${selector} * on(job) group_left(job) ${selector}`,
      `${selector} and on(job) group_left() ${selector}`,
      '1[5m:1m]',
      '5m',
      'up offset 1',
      '-"text"',
      'rate(up[5m:1m]',
      'up{job=api}',
      'up{"job"="api"}',
      `topk(NaN, ${selector})`,
      `quantile(${selector}, ${selector})`,
      `label_replace(${selector}, "a", "b", "c")`,
      'up @ Inf',
      '',
    ])
  }

  #selector(): string {
    const random = this.#random
    if (random.chance(0.04))
      return random.pick(['{__name__=~"up|tie"}', '{job="api",__name__!="up"}', '{__name__=~"sp.*"}'])
    const { name, labels: own } = random.pick(metrics)
    const fitting = matchers.filter((matcher) => own.some((label) => matcher.startsWith(label)))
    const chosen =
      random.chance(0.5) || fitting.length === 0 ? [] : [random.pick(random.chance(0.9) ? fitting : matchers)]
    return name + (chosen.length > 0 ? `{${chosen.join(',')}}` : '')
  }

  #duration(): string {
    return this.#random.pick(durations)
  }

  /** `offset` and `@`, mostly none. */
  #displacement(chance = 0.12): string {
    const random = this.#random
    const offset = random.chance(chance) ? ` offset ${random.pick(['', '-'])}${this.#duration()}` : ''
    const at = random.chance(chance / 2) ? ` @ ${this.#moment()}` : ''
    return random.chance(0.5) ? offset + at : at + offset
  }

  #moment(): string {
    const random = this.#random
    return random.pick(['start()', 'end()', String(random.between(startMs, endMs) / 1_000), `${startMs / 1_000 + 600}`])
  }

  #range(depth: number): string {
    return depth > 0 && this.#random.chance(0.4)
      ? this.#subquery(depth - 1)
      : `${this.#selector()}[${this.#duration()}]${this.#displacement()}`
  }

  #subquery(depth: number): string {
    const range = this.#random.pick(['1m', '5m', '10m', '30m', '95s'])
    return `(${this.#vector(depth)})[${range}:${this.#random.pick(steps)}]${this.#displacement()}`
  }

  #scalar(depth: number): string {
    const random = this.#random
    const literal = (): string =>
      random.pick(['0', '1', '2', '0.5', '-1', '1e3', '100', 'Inf', '-Inf', 'NaN', '0x10', '3.7', '010', '.5', '1e-3'])
    if (depth <= 0) return random.chance(0.8) ? literal() : random.pick(['pi()', 'time()', 'scalar(sparse{i="4m"})'])
    return random.pick<() => string>([
      literal,
      () => `scalar(${this.#vector(depth - 1)})`,
      () => `(${this.#scalar(depth - 1)} ${random.pick(arithmetic)} ${this.#scalar(depth - 1)})`,
      () => `(${this.#scalar(0)} ${random.pick(comparisons)} bool ${this.#scalar(0)})`,
      () => `-(${this.#scalar(depth - 1)})`,
      () => 'time()',
    ])()
  }

  #vector(depth: number): string {
    const random = this.#random
    if (depth <= 0 || random.chance(0.1)) return this.#selector() + this.#displacement()
    // The last templates are no vectors.
    const template = this.#templates[random.between(0, this.#templates.length - 5)]!
    return `(${template(depth - 1)})`
  }

  #operand(depth: number): string {
    const random = this.#random
    return random.chance(0.7) ? this.#vector(depth) : this.#scalar(depth)
  }

  /** Values that mean something as seconds since 1970, and some that do not. */
  #momentVector(depth: number): string {
    return this.#random.chance(0.6) ? 'moment' : this.#vector(depth)
  }

  #buckets(): string {
    const random = this.#random
    const selector = random.pick([
      'request_seconds_bucket',
      'odd_bucket',
      'odd_bucket{kind="falling"}',
      '{__name__=~"o.*_bucket"}',
      'odd',
    ])
    return random.pick([
      selector,
      `rate(${selector}[5m])`,
      `sum by (le, ${random.pick(['job', 'kind'])}) (rate(${selector}[10m]))`,
      `sum by (le) (${selector})`,
    ])
  }

  #quantile(): string {
    return this.#random.pick(['0', '0.5', '0.9', '0.99', '1', '-1', '2', 'NaN', '0.25', this.#scalar(0)])
  }

  #labels(least = 0): string {
    return this.#random.some(labels, least).slice(0, 3).join(', ')
  }

  #aggregated(name: string, args: string): string {
    const grouping = this.#random.pick([
      '',
      `by (${this.#labels()})`,
      `by (${this.#labels(1)})`,
      `without (${this.#labels()})`,
    ])
    return this.#random.chance(0.5) ? `${name} ${grouping} (${args})` : `${name}(${args}) ${grouping}`
  }

  #on(): string {
    return `${this.#random.pick(['on', 'ignoring'])}(${this.#labels()})`
  }

  /** Vectors that are likely to match, so that not all that is compared are errors. */
  #matched(op: string, depth: number): string {
    const random = this.#random
    const wrap = (text: string): string => (depth > 0 && random.chance(0.5) ? `abs(${text})` : text)
    return random.pick([
      `${wrap('memory_bytes')} ${op} on(job, instance) ${wrap('up')}`,
      `${wrap('memory_bytes')} ${op} ${wrap('up')}`,
      `${wrap('http_requests_total')} ${op} on(job, instance) group_left ${wrap('memory_bytes')}`,
      `${wrap('http_requests_total')} ${op} on(job, instance) group_left(version, job2) ${wrap('build_info')}`,
      `${wrap('build_info')} ${op} on(job, instance) group_right(version) ${wrap('http_requests_total')}`,
      `${wrap('http_requests_total{code="200"}')} ${op} ignoring(code) ${wrap('http_requests_total{code="500"}')}`,
      `${wrap('http_requests_total')} ${op} ignoring(code) group_left sum without (code) (http_requests_total)`,
      `${wrap('memory_bytes')} ${op} ${wrap('memory_bytes')} offset 10m`,
      `${wrap('tie')} ${op} on(i) ${wrap('sparse')}`,
      `${wrap('tie')} ${op} on(group) group_left(i) ${wrap('tie{i=~"[01]"}')}`,
      `${wrap('special')} ${op} on() group_left sparse{i="4m"}`,
      `sum by (job) (${this.#selector()}) ${op} ${this.#on()} ${this.#selector()}`,
      `${this.#selector()} ${op} ${this.#on()} group_${random.pick(['left', 'right'])}(${random.pick(['', 'version', 'i', 'kind', '__name__'])}) ${this.#selector()}`,
    ])
  }
}

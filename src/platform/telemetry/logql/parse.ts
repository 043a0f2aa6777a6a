import { parser } from '@grafana/lezer-logql'
import type { SyntaxNode, Tree } from '@lezer/common'
import { durationNs } from '#kernel/duration.ts'
import { AppError } from '#kernel/errors.ts'
import { compileExpression, valueTest, type MatchOperator, type Matcher } from '../labels.ts'
import { accommodate, Unparsable, unselective, type Accommodated } from './accommodate.ts'
import type {
  BinaryOperation,
  Comparison,
  Extraction,
  Grouping,
  LabelChoice,
  LabelFilter,
  LineFilter,
  LineTerm,
  LogExpression,
  LogqlExpression,
  Matching,
  MetricExpression,
  Operator,
  RangeAggregation,
  RangeOperation,
  Stage,
  Unit,
  Unwrap,
  VectorAggregation,
  VectorOperation,
} from './ast.ts'
import { queryError } from './error.ts'
import { ipRange } from './ip.ts'
import { jsonPath } from './jsonPath.ts'
import { byteCount, unquoted } from './literals.ts'
import { linePattern } from './linePattern.ts'
import { parseTemplate } from './template/parse.ts'

/**
 * Reads LogQL by Grafana's own grammar. Everything that can be wrong with a query is found here.
 * @throws AppError VALIDATION_FAILED, worded as Loki words it, with `details.position`
 */
export function parseLogql(query: string): LogqlExpression {
  if (query.length > queryMax) throw queryError(query, 0, 0, `the query is longer than ${queryMax} characters`)
  return new Reader(query).expression()
}

const queryMax = 32_768
/** Lists count as well: the grammar nests them. */
const depthMax = 1_500

class Reader {
  readonly #query: string
  readonly #accommodated: Accommodated
  readonly #tree: Tree

  constructor(query: string) {
    this.#query = query
    this.#accommodated = this.#accommodate()
    this.#tree = parser.parse(this.#accommodated.text)
  }

  expression(): LogqlExpression {
    this.#refuseErrors()
    const expression = this.#any(only(this.#tree.topNode, 'Expr'))
    return expression
  }

  #accommodate(): Accommodated {
    try {
      return accommodate(this.#query)
    } catch (error) {
      if (error instanceof Unparsable) throw queryError(this.#query, error.from, error.to, error.message)
      throw error
    }
  }

  #refuseErrors(): void {
    let depth = 0
    this.#tree.iterate({
      leave: () => void depth--,
      enter: (node) => {
        if (++depth > depthMax) throw queryError(this.#query, node.from, node.to, 'the query is nested too deeply')
        if (!node.type.isError || isImplicitAnd(node.node)) return
        const { from, to } = node
        const wanted = wantedIn[node.node.parent?.name ?? ''] ?? wantedIn['LogQL']!
        const found =
          from >= this.#query.trimEnd().length
            ? 'end of the query'
            : JSON.stringify(this.#query.slice(from, Math.max(to, from + 1)))
        throw queryError(this.#query, from, to, `syntax error: unexpected ${found}, expecting ${wanted}`)
      },
    })
  }

  #any(node: SyntaxNode): LogqlExpression {
    const inner = children(node)[0]!
    return inner.name === 'LogExpr' ? this.#log(inner) : this.#metric(inner)
  }

  #log(node: SyntaxNode): LogExpression {
    const nested = node.getChild('LogExpr')
    return nested ? this.#log(nested) : this.#lines(node)
  }

  #lines(node: SyntaxNode): LogExpression {
    const pipeline = node.getChild('PipelineExpr')
    const parts = pipeline ? flattened(pipeline, 'PipelineExpr', 'PipelineStage').flatMap(stageParts) : []
    return {
      kind: 'log',
      selector: this.#selector(only(node, 'Selector')),
      stages: parts.map((part) => this.#stage(part)),
      places: parts.map(({ from, to }) => ({ from, to })),
    }
  }

  #selector(node: SyntaxNode): Matcher[] {
    const matchers = flattened(only(node, 'Matchers'), 'Matchers', 'Matcher').map((each) => this.#matcher(each))
    if (!matchers.some((matcher) => !valueTest(matcher)(''))) throw this.#error(node, unselective)
    return matchers
  }

  #matcher(node: SyntaxNode): Matcher {
    const [name, op, value] = children(node)
    const matcher = { name: this.#text(name!), op: matchOperators[op!.name]!, value: this.#string(value!) }
    this.#checked(value!, () => valueTest(matcher))
    return matcher
  }

  #stage(part: SyntaxNode): Stage {
    const inner = part.name === 'LineFilter' ? part : children(part).find(({ name }) => name !== 'Pipe')!
    switch (inner.name) {
      case 'LineFilter':
        return this.#lineFilter(inner)
      case 'LabelFilter':
        return { kind: 'labelFilter', filter: this.#labelFilter(inner) }
      case 'LabelParser':
        return this.#parser(inner)
      case 'JsonExpressionParser':
        return { kind: 'json', extractions: this.#extractions(inner) }
      case 'LogfmtParser':
      case 'LogfmtExpressionParser':
        return this.#logfmt(inner)
      case 'LineFormatExpr':
        return { kind: 'lineFormat', template: this.#template(only(inner, 'String')) }
      case 'LabelFormatExpr':
        return this.#labelFormat(inner)
      case 'DecolorizeExpr':
        return { kind: 'decolorize' }
      case 'DropLabelsExpr':
        return this.#drop(inner)
      default:
        return { kind: 'keep', labels: deep(inner, 'KeepLabel').map((label) => this.#labelChoice(label)) }
    }
  }

  #logfmt(node: SyntaxNode): Stage {
    const flags = new Set(deep(node, 'ParserFlag').map((flag) => this.#text(flag)))
    return {
      kind: 'logfmt',
      strict: flags.has('--strict'),
      keepEmpty: flags.has('--keep-empty'),
      extractions: this.#extractions(node),
    }
  }

  #drop(node: SyntaxNode): Stage {
    const labels = deep(node, 'DropLabel').map((label) => this.#labelChoice(label))
    if (!this.#accommodated.distinctAt.has(node.from)) return { kind: 'drop', labels }
    return { kind: 'distinct', names: labels.map(({ name }) => name) }
  }

  #lineFilter(node: SyntaxNode): LineFilter {
    const op = children(only(node, 'Filter'))[0]!.name
    const { negated, how } = lineFilters[op]!
    const terms: LineTerm[] = []
    for (let part: SyntaxNode | null = node; part; part = part.getChild('OrFilter')) {
      const text = this.#string(only(part, 'String'))
      const isIp = part.getChild('FilterOp') !== null
      if (isIp && how !== 'contains') throw this.#error(part, 'ip() is for |= and != only')
      const term: LineTerm = { how: isIp ? 'ip' : how, text }
      this.#checked(only(part, 'String'), () => checkTerm(term))
      terms.push(term)
    }
    return { kind: 'lineFilter', negated, terms }
  }

  #parser(node: SyntaxNode): Stage {
    const [kind, argument] = children(node)
    if (kind!.name === 'Json') return { kind: 'json', extractions: [] }
    if (kind!.name === 'Unpack') return { kind: 'unpack' }
    const pattern = this.#string(argument!)
    if (kind!.name === 'Regexp') {
      this.#checked(argument!, () => {
        if (Object.keys(compileExpression(pattern).namedGroups()).length === 0) throw new SyntaxError(missingCapture)
      })
      return { kind: 'regexp', pattern }
    }
    this.#checked(argument!, () => linePattern(pattern, 'parser'))
    return { kind: 'pattern', pattern }
  }

  #extractions(node: SyntaxNode): Extraction[] {
    return deep(node, 'LabelExtractionExpression').map((each) => {
      const name = this.#text(only(each, 'Identifier'))
      const value = each.getChild('String')
      const path = value ? this.#string(value) : name
      if (value) this.#checked(value, () => jsonPath(path))
      return { name, path }
    })
  }

  #labelFilter(node: SyntaxNode): LabelFilter {
    const parts = node.getChildren('LabelFilter')
    if (parts.length === 2) {
      const op = node.getChild('Or') ? 'or' : 'and'
      return { op, left: this.#labelFilter(parts[0]!), right: this.#labelFilter(parts[1]!) }
    }
    if (parts.length === 1) return this.#labelFilter(parts[0]!)
    const inner = children(node)[0]!
    if (inner.name === 'Matcher') return { op: 'matcher', matcher: this.#matcher(inner) }
    if (inner.name === 'IpLabelFilter') return this.#ipLabelFilter(inner)
    return this.#compared(inner.name === 'UnitFilter' ? children(inner)[0]! : inner)
  }

  #ipLabelFilter(node: SyntaxNode): LabelFilter {
    const range = this.#string(only(node, 'String'))
    this.#checked(only(node, 'String'), () => ipRange(range))
    return { op: 'ip', name: this.#text(only(node, 'Identifier')), negated: node.getChild('Neq') !== null, range }
  }

  #compared(node: SyntaxNode): LabelFilter {
    const [name, op, literal] = children(node)
    const unit = unitOf[node.name]!
    const text = this.#text(literal!)
    return {
      op: 'compare',
      name: this.#text(name!),
      compare: comparisons[op!.name]!,
      unit,
      value:
        unit === 'number' ? Number(text.replaceAll(/\s/g, '')) : unit === 'bytes' ? byteCount(text) : durationNs(text),
    }
  }

  #labelFormat(node: SyntaxNode): Stage {
    const names = new Set<string>()
    const formats = deep(node, 'LabelFormatMatcher').map((each) => {
      const [target, , source] = children(each)
      const name = this.#text(target!)
      if (names.has(name))
        throw this.#error(target!, `multiple label name '${name}' not allowed in a single format operation`)
      if (name === '__error__') throw this.#error(target!, `${name} cannot be formatted`)
      names.add(name)
      if (source!.name === 'Identifier') return { name, from: this.#text(source!) }
      return { name, template: this.#template(source!) }
    })
    return { kind: 'labelFormat', formats }
  }

  #labelChoice(node: SyntaxNode): LabelChoice {
    const inner = children(node)[0]!
    if (inner.name !== 'Matcher') return { name: this.#text(inner), matcher: null }
    const matcher = this.#matcher(inner)
    return { name: matcher.name, matcher }
  }

  #metric(node: SyntaxNode): MetricExpression {
    const inner = children(node)[0]!
    switch (inner.name) {
      case 'MetricExpr':
        return this.#metric(inner)
      case 'RangeAggregationExpr':
        return this.#range(inner)
      case 'VectorAggregationExpr':
        return this.#aggregation(inner)
      case 'BinOpExpr':
        return this.#operations(inner)
      case 'LiteralExpr':
        return { kind: 'literal', value: Number(this.#text(inner).replaceAll(/\s/g, '')) }
      case 'VectorExpr':
        return { kind: 'vector', value: Number(this.#text(only(inner, 'Number'))) }
      case 'LabelReplaceExpr':
        return this.#labelReplace(inner)
      default:
        throw this.#error(inner, `${this.#text(inner)} is not known here`)
    }
  }

  #range(node: SyntaxNode): RangeAggregation {
    const op = this.#text(only(node, 'RangeOp')) as RangeOperation
    const parameter = node.getChild('Number')
    const grouping = node.getChild('Grouping')
    const { query, unwrap, rangeNs, offsetNs } = this.#logRange(only(node, 'LogRangeExpr'))
    if (unwrap && !unwrapping.has(op)) throw this.#error(node, `invalid aggregation ${op} with unwrap`)
    if (!unwrap && !counting.has(op)) throw this.#error(node, `invalid aggregation ${op} without unwrap`)
    if (grouping && !grouped.has(op)) throw this.#error(grouping, `grouping not allowed for ${op} aggregation`)
    if (op === 'quantile_over_time' && !parameter) throw this.#error(node, `parameter required for operation ${op}`)
    if (op !== 'quantile_over_time' && parameter) {
      throw this.#error(parameter, `parameter ${this.#text(parameter)} not supported for operation ${op}`)
    }
    return {
      kind: 'range',
      op,
      parameter: parameter && Number(this.#text(parameter)),
      query,
      unwrap,
      rangeNs,
      offsetNs,
      grouping: grouping && this.#grouping(grouping),
    }
  }

  #logRange(node: SyntaxNode): Pick<RangeAggregation, 'query' | 'unwrap' | 'rangeNs' | 'offsetNs'> {
    const nested = node.getChild('LogRangeExpr')
    if (nested) return this.#logRange(nested)
    const unwrap = node.getChild('UnwrapExpr')
    const range = only(node, 'Range')
    const rangeNs = durationNs(this.#text(only(range, 'Duration')))
    if (!(rangeNs > 0)) throw this.#error(range, 'the range has to be longer than 0')
    return {
      query: this.#lines(node),
      unwrap: unwrap && this.#unwrap(unwrap),
      rangeNs,
      offsetNs: this.#accommodated.offsetsNs.get(range.to) ?? 0,
    }
  }

  #unwrap(node: SyntaxNode): Unwrap {
    const nested = node.getChild('UnwrapExpr')
    if (nested) {
      const unwrap = this.#unwrap(nested)
      return { ...unwrap, filters: [...unwrap.filters, this.#labelFilter(only(node, 'LabelFilter'))] }
    }
    const conversion = node.getChild('ConvOp')
    const unit = conversion ? this.#text(conversion) : 'number'
    return {
      name: this.#text(only(node, 'Identifier')),
      unit: unit === 'number' || unit === 'bytes' ? unit : 'duration',
      filters: [],
    }
  }

  #grouping(node: SyntaxNode): Grouping {
    return {
      without: node.getChild('Without') !== null,
      labels: deep(node, 'Identifier').map((label) => this.#text(label)),
    }
  }

  #aggregation(node: SyntaxNode): VectorAggregation {
    const op = this.#text(only(node, 'VectorOp')) as VectorOperation
    const count = node.getChild('Number')
    const grouping = node.getChild('Grouping')
    const parameter = count && Number(this.#text(count))
    if (selecting.has(op) && parameter === null) throw this.#error(node, `parameter required for operation ${op}`)
    if (!selecting.has(op) && count) throw this.#error(count, `unsupported parameter for operation ${op}(${parameter},`)
    if (parameter !== null && !(Number.isInteger(parameter) && parameter > 0)) {
      throw this.#error(count!, `invalid parameter (must be greater than 0) ${op}(${this.#text(count!)}`)
    }
    if (grouping && op.startsWith('sort')) throw this.#error(grouping, "sort and sort_desc doesn't allow grouping by ")
    if (grouping && op === 'approx_topk')
      throw this.#error(grouping, 'grouping not allowed for approx_topk aggregation')
    return {
      kind: 'aggregate',
      op,
      parameter,
      grouping: grouping && this.#grouping(grouping),
      of: this.#metric(only(node, 'MetricExpr')),
    }
  }

  #labelReplace(node: SyntaxNode): MetricExpression {
    const [target, replacement, source, pattern] = node.getChildren('String')
    const expression = this.#string(pattern!)
    this.#checked(pattern!, () => compileExpression(expression))
    const name = this.#string(target!)
    if (!/^[a-zA-Z_]\w*$/.test(name)) throw this.#error(target!, `invalid label name in label_replace: ${name}`)
    return {
      kind: 'labelReplace',
      of: this.#metric(only(node, 'MetricExpr')),
      target: name,
      replacement: this.#string(replacement!),
      source: this.#string(source!),
      pattern: expression,
    }
  }

  /** The grammar does not know which operators bind tighter, so chains of them are taken apart and put together here. */
  #operations(node: SyntaxNode): MetricExpression {
    const operands: MetricExpression[] = []
    const operators: Infix[] = []
    const take = (operation: SyntaxNode): void => {
      const [left, op, modifier, right] = children(operation)
      this.#takeOperand(left!, take, operands)
      operators.push({ op: this.#text(op!) as Operator, node: operation, ...this.#modifier(modifier!) })
      this.#takeOperand(right!, take, operands)
    }
    take(node)
    return this.#combined(operands, operators)
  }

  #takeOperand(node: SyntaxNode, take: (operation: SyntaxNode) => void, operands: MetricExpression[]): void {
    const inner = children(node)[0]!
    const operation = inner.getChild('BinOpExpr')
    if (inner.name === 'LogExpr') throw this.#error(inner, 'a log query cannot be part of a binary operation')
    if (operation) take(operation)
    else operands.push(this.#metric(inner))
  }

  #combined(operands: MetricExpression[], operators: Infix[]): MetricExpression {
    const waiting: Infix[] = []
    const done: MetricExpression[] = [operands[0]!]
    const reduce = (): void => {
      const infix = waiting.pop()!
      const right = done.pop()!
      done.push(this.#operation(infix, done.pop()!, right))
    }
    operators.forEach((infix, index) => {
      const binds = tightness[infix.op]
      while (
        waiting.length > 0 &&
        (tightness[waiting.at(-1)!.op] > binds || (tightness[waiting.at(-1)!.op] === binds && infix.op !== '^'))
      )
        reduce()
      waiting.push(infix)
      done.push(operands[index + 1]!)
    })
    while (waiting.length > 0) reduce()
    return done[0]!
  }

  #operation({ op, bool, matching, node }: Infix, left: MetricExpression, right: MetricExpression): BinaryOperation {
    const isSetOperation = op === 'and' || op === 'or' || op === 'unless'
    if (isSetOperation && (left.kind === 'literal' || right.kind === 'literal')) {
      const side = left.kind === 'literal' ? 'left' : 'right'
      throw this.#error(node, `unexpected literal for ${side} leg of logical/set binary operation (${op})`)
    }
    if (bool && !comparing.has(op))
      throw this.#error(node, `bool modifier can only be used on comparison operators, not ${op}`)
    if (isSetOperation && matching?.many) throw this.#error(node, `no grouping allowed for ${op} operation`)
    return { kind: 'binary', op, bool, matching, left, right }
  }

  #modifier(node: SyntaxNode): { bool: boolean; matching: Matching | null } {
    const bool = node.getChild('Bool') !== null
    const kind = node.getChild('OnOrIgnoringModifier')
    if (!kind) return { bool, matching: null }
    const included = node.getChild('GroupingLabels')
    const many = node.getChild('GroupLeft') ? 'left' : node.getChild('GroupRight') ? 'right' : null
    const names = (labels: SyntaxNode | null) =>
      labels ? deep(labels, 'GroupingLabel').map((each) => this.#text(each)) : []
    return {
      bool,
      matching: {
        on: kind.getChild('On') !== null,
        labels: names(only(kind, 'GroupingLabels')),
        many,
        include: names(included),
      },
    }
  }

  #template(node: SyntaxNode): string {
    const template = this.#string(node)
    this.#checked(node, () => parseTemplate(template))
    return template
  }

  #string(node: SyntaxNode): string {
    return this.#checked(node, () => unquoted(this.#text(node)))
  }

  #text(node: SyntaxNode): string {
    return this.#query.slice(node.from, node.to)
  }

  /** What a part of the query is found to be wrong about is said with its position. */
  #checked<Result>(node: SyntaxNode, work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof AppError) throw this.#error(node, error.message)
      throw error
    }
  }

  #error(node: SyntaxNode, message: string): AppError {
    return queryError(this.#query, node.from, node.to, message)
  }
}

interface Infix {
  op: Operator
  bool: boolean
  matching: Matching | null
  node: SyntaxNode
}

function checkTerm({ how, text }: LineTerm): void {
  if (how === 'matches') compileExpression(text)
  if (how === 'pattern') linePattern(text, 'filter')
  if (how === 'ip') ipRange(text)
}

/** Line filters that stand together are one stage to the grammar. */
function stageParts(stage: SyntaxNode): SyntaxNode[] {
  const filters = stage.getChild('LineFilters')
  return filters ? flattened(filters, 'LineFilters', 'LineFilter') : [stage]
}

/** Two label filters side by side mean both; the grammar wants a word between them and says so with an empty error. */
const isImplicitAnd = (node: SyntaxNode): boolean =>
  node.from === node.to && node.prevSibling?.name === 'LabelFilter' && node.nextSibling?.name === 'LabelFilter'

function children(node: SyntaxNode): SyntaxNode[] {
  const all: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) if (child.name !== 'LineComment') all.push(child)
  return all
}

function only(node: SyntaxNode, name: string): SyntaxNode {
  const child = node.getChild(name)
  if (!child) throw new Error(`the grammar gave a ${node.name} without ${name}`)
  return child
}

/** Items of a list that the grammar nests to the left. */
function flattened(node: SyntaxNode, list: string, item: string): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let at: SyntaxNode | null = node; at; at = at.getChild(list)) found.push(...at.getChildren(item).toReversed())
  return found.toReversed()
}

/** All below `node` that have the name, in order, without looking into them. */
function deep(node: SyntaxNode, name: string): SyntaxNode[] {
  return children(node).flatMap((child) => (child.name === name ? [child] : deep(child, name)))
}

const missingCapture = 'at least one named capture must be supplied, such as (?P<name>\\d+)'

const wantedIn: Record<string, string> = {
  LogQL: 'a selector such as {job="api"} or a function such as rate({job="api"}[5m])',
  Selector: 'a matcher such as job="api" and }',
  Matchers: 'a matcher such as job="api"',
  Matcher: 'one of = != =~ !~ and a quoted value',
  PipelineStage: 'a stage such as json, logfmt, label = "value" or line_format "..."',
  LineFilter: 'a quoted text',
  Filter: 'a quoted text',
  LabelFilter: 'a condition such as status >= 500',
  NumberFilter: 'a number',
  LogRangeExpr: 'a range such as [5m]',
  Range: 'a duration such as 5m',
  RangeAggregationExpr: 'a range such as {job="api"}[5m] and )',
  VectorAggregationExpr: 'an expression in parentheses',
  Grouping: 'label names in parentheses',
  Labels: 'a label name',
  BinOpExpr: 'an expression',
  LineFormatExpr: 'a quoted template',
  LabelFormatExpr: 'label=other or label="template"',
  LabelReplaceExpr: 'an expression and four quoted texts',
}

const matchOperators: Record<string, MatchOperator> = { Eq: '=', Neq: '!=', Re: '=~', Nre: '!~' }

const lineFilters: Record<string, { negated: boolean; how: 'contains' | 'matches' | 'pattern' }> = {
  PipeExact: { negated: false, how: 'contains' },
  Neq: { negated: true, how: 'contains' },
  PipeMatch: { negated: false, how: 'matches' },
  Nre: { negated: true, how: 'matches' },
  PipePattern: { negated: false, how: 'pattern' },
  Npa: { negated: true, how: 'pattern' },
}

const comparisons: Record<string, Comparison> = {
  Eq: '=',
  Eql: '=',
  Neq: '!=',
  Gtr: '>',
  Gte: '>=',
  Lss: '<',
  Lte: '<=',
}

const unitOf: Record<string, Unit> = { NumberFilter: 'number', DurationFilter: 'duration', BytesFilter: 'bytes' }

const tightness: Record<Operator, number> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '>=': 3,
  '<': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
}

const comparing = new Set<Operator>(['==', '!=', '>', '>=', '<', '<='])
const selecting = new Set<VectorOperation>(['topk', 'bottomk', 'approx_topk'])
const counting = new Set<RangeOperation>([
  'count_over_time',
  'rate',
  'bytes_over_time',
  'bytes_rate',
  'absent_over_time',
])
const grouped = new Set<RangeOperation>([
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
])
const unwrapping = new Set<RangeOperation>([...grouped, 'rate', 'rate_counter', 'sum_over_time', 'absent_over_time'])

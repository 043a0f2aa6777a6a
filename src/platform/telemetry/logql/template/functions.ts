import type { RE2JS } from 're2js'
import { durationNs } from '#kernel/duration.ts'
import { AppError } from '#kernel/errors.ts'
import { compileExpression } from '../../labels.ts'
import { byteCount } from '../literals.ts'
import { decimally } from './decimal.ts'
import { sprintf } from './printf.ts'
import { formatTime, GoTime, parseTime, zeroTime } from './time.ts'
import { floatOf, integerOf, isTrue, printed, TemplateError, textOf, type Value } from './value.ts'

/** What a template may ask about the line it is rendered for. */
export interface Surroundings {
  text: string
  timestampNs: bigint
  /** ms since 1970. */
  now: () => number
}

export type TemplateFunction = (args: Value[], surroundings: Surroundings) => Value

/** No function may make a text longer than this. */
export const textMax = 1 << 20

const text =
  (count: number, work: (...args: string[]) => Value): TemplateFunction =>
  (args) => {
    expectArguments(args, count)
    return work(...args.map(textOf))
  }

/** The first arguments are numbers, the last is a text. */
const counted =
  (count: number, work: (numbers: number[], value: string) => Value): TemplateFunction =>
  (args) => {
    expectArguments(args, count + 1)
    return work(
      args.slice(0, count).map((arg) => Number(integerOf(arg))),
      textOf(args[count]!),
    )
  }

const integers =
  (work: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  (args) => {
    expectSome(args)
    return BigInt.asIntN(
      64,
      args.map(integerOf).reduce((a, b) => work(a, b)),
    )
  }

const floats =
  (work: (a: number, b: number) => number): TemplateFunction =>
  (args) => {
    expectSome(args)
    return args.map(floatOf).reduce((a, b) => work(a, b))
  }

const float =
  (work: (value: number) => number): TemplateFunction =>
  ([value]) =>
    work(floatOf(value ?? null))

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new TemplateError('integer divide by zero')
  return a / b
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new TemplateError('integer divide by zero')
  return a % b
}

function rounded([value = null, places = null, on = 0.5]: Value[]): number {
  const power = 10 ** Number(integerOf(places))
  const digit = floatOf(value) * power
  return (digit - Math.trunc(digit) >= floatOf(on) ? Math.ceil(digit) : Math.floor(digit)) / power
}

function repeated(count: number, value: string): string {
  if (count * value.length > textMax) throw new TemplateError('repeat: the result is too long')
  return value.repeat(Math.max(0, count))
}

function substring(start: number, end: number, value: string): string {
  const characters = Array.from(value)
  if (start < 0) return characters.slice(0, Math.max(0, end)).join('')
  if (end < 0 || end > characters.length) return characters.slice(start).join('')
  return characters.slice(start, end).join('')
}

function truncated(count: number, value: string): string {
  const characters = Array.from(value)
  return (count < 0 ? characters.slice(Math.max(0, characters.length + count)) : characters.slice(0, count)).join('')
}

function aligned(count: number, value: string, side: 'left' | 'right'): string {
  if (count < 0) return value
  if (count > textMax) throw new TemplateError('align: the result is too long')
  const characters = Array.from(value)
  const missing = ' '.repeat(Math.max(0, count - characters.length))
  if (side === 'left') return characters.slice(0, count).join('') + missing
  return missing + characters.slice(Math.max(0, characters.length - count)).join('')
}

const indented = (count: number, value: string): string => {
  const spaces = repeated(count, ' ')
  if (spaces.length * value.split('\n').length > textMax) throw new TemplateError('indent: the result is too long')
  return spaces + value.replaceAll('\n', `\n${spaces}`)
}

function replaced(value: string, old: string, by: string, count: number): string {
  const parts = value.split(old)
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  if (value.length + times * by.length > textMax) throw new TemplateError('replace: the result is too long')
  return (
    parts.slice(0, times + 1).join(by) +
    parts
      .slice(times + 1)
      .map((part) => old + part)
      .join('')
  )
}

function trimmed(value: string, cutset: string, side: 'both' | 'left' | 'right'): string {
  const cut = new Set(cutset)
  const characters = Array.from(value)
  let [from, to] = [0, characters.length]
  if (side !== 'right') while (from < to && cut.has(characters[from]!)) from++
  if (side !== 'left') while (to > from && cut.has(characters[to - 1]!)) to--
  return characters.slice(from, to).join('')
}

const withoutPrefix = (prefix: string, value: string): string =>
  value.startsWith(prefix) ? value.slice(prefix.length) : value
const withoutSuffix = (suffix: string, value: string): string =>
  suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value

const expressions = new Map<string, RE2JS>()

function expression(pattern: string): RE2JS {
  const known = expressions.get(pattern)
  if (known) return known
  const compiled = compiledOrFail(pattern)
  if (expressions.size >= 200) expressions.clear()
  expressions.set(pattern, compiled)
  return compiled
}

function compiledOrFail(pattern: string): RE2JS {
  try {
    return compileExpression(pattern)
  } catch (error) {
    if (error instanceof AppError) throw new TemplateError(error.message)
    throw error
  }
}

/** `by` is given the groups of each match, the whole first. */
function regexReplaced(
  pattern: string,
  value: string,
  by: (groups: (string | null)[], names: Record<string, number>) => string,
): string {
  const compiled = expression(pattern)
  const names = compiled.namedGroups()
  const matcher = compiled.matcher(value)
  let result = ''
  let at = 0
  while (matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index))
    result += value.slice(at, matcher.start()) + by(groups, names)
    at = matcher.end()
    if (result.length > textMax) throw new TemplateError('regexReplaceAll: the result is too long')
  }
  return result + value.slice(at)
}

/** `$1`, `${1}`, `$name` and `$$` in a replacement. */
export const expanded = (replacement: string, groups: (string | null)[], names: Record<string, number>): string =>
  replacement.replaceAll(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar?: string, bare?: string, braced?: string) => {
    if (dollar) return '$'
    const name = bare ?? braced!
    const index = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name]! : -1
    return groups[index] ?? ''
  })

function matchCount(pattern: string, value: string): bigint {
  const matcher = expression(pattern).matcher(value)
  let count = 0n
  while (matcher.find()) count++
  return count
}

function timeOf(value: Value | undefined): GoTime {
  if (value instanceof GoTime) return value
  if (typeof value === 'bigint' || typeof value === 'number') return new GoTime(integerOf(value) * 1_000_000_000n)
  throw new TemplateError(`expected a time, not ${printed(value ?? null)}`)
}

const epochUnitsNs: Record<number, bigint> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1_000n,
  19: 1n,
}

function timeOfEpoch(epoch: string): GoTime {
  const unitNs = epochUnitsNs[epoch.length]
  if (!unitNs || !/^\d+$/.test(epoch)) throw new TemplateError(`unable to parse time '${epoch}'`)
  return new GoTime(BigInt(epoch) * unitNs)
}

function jsonValue(value: string): Value {
  try {
    return plain(JSON.parse(value))
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}

const nestingMax = 100

function plain(value: unknown, depth = 0): Value {
  if (depth > nestingMax) throw new TemplateError('fromJson: nested too deeply')
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (Array.isArray(value)) return value.map((element) => plain(element, depth + 1))
  return new Map(Object.entries(Object(value)).map(([name, field]) => [name, plain(field, depth + 1)]))
}

function urlDecoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) throw new TemplateError(`invalid URL escape in ${JSON.stringify(value)}`)
    throw error
  }
}

const urlEncoded = (value: string): string =>
  encodeURIComponent(value.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

function converted(name: string, read: (value: string) => number): TemplateFunction {
  return ([value = null]) => {
    const number = read(textOf(value))
    if (Number.isNaN(number)) throw new TemplateError(`${name}: cannot read ${JSON.stringify(textOf(value))}`)
    return number
  }
}

function compared(work: (order: number) => boolean): TemplateFunction {
  return ([a = null, b = null]) => {
    if (isNumeric(a) && isNumeric(b)) return work(Number(a) - Number(b))
    if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison')
    const [left, right] = [printed(a), printed(b)]
    return work(left < right ? -1 : left > right ? 1 : 0)
  }
}

const isNumeric = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

const equal = (a: Value, b: Value): boolean =>
  isNumeric(a) && isNumeric(b) ? Number(a) === Number(b) : typeof a === typeof b && printed(a) === printed(b)

function indexed([value = null, ...keys]: Value[]): Value {
  let found = value
  for (const key of keys) {
    if (found instanceof Map) found = found.get(textOf(key)) ?? null
    else if (Array.isArray(found)) {
      const at = Number(integerOf(key))
      if (at < 0 || at >= found.length) throw new TemplateError(`index out of range: ${at}`)
      found = found[at]!
    } else throw new TemplateError(`cannot index ${printed(found)}`)
  }
  return found
}

function lengthOf([value = null]: Value[]): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (Array.isArray(value)) return BigInt(value.length)
  if (value instanceof Map) return BigInt(value.size)
  throw new TemplateError(`len of ${printed(value)}`)
}

const titled = (value: string): string =>
  value.replaceAll(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())

const escapedHtml: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

/** Functions of templates: those that Loki documents and Go's own. */
export const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['__line__', (_, line) => line.text],
  ['__timestamp__', (_, line) => new GoTime(line.timestampNs)],
  ['now', (_, line) => new GoTime(BigInt(line.now()) * 1_000_000n)],

  ['ToLower', text(1, (value) => value!.toLowerCase())],
  ['ToUpper', text(1, (value) => value!.toUpperCase())],
  ['lower', text(1, (value) => value!.toLowerCase())],
  ['upper', text(1, (value) => value!.toUpperCase())],
  ['title', text(1, (value) => titled(value!))],
  ['Title', text(1, (value) => titled(value!))],
  [
    'Replace',
    ([value = '', old = '', by = '', count = -1n]) =>
      replaced(textOf(value), textOf(old), textOf(by), Number(integerOf(count))),
  ],
  ['replace', text(3, (old, by, value) => replaced(value!, old!, by!, -1))],
  ['Trim', text(2, (value, cutset) => trimmed(value!, cutset!, 'both'))],
  ['TrimLeft', text(2, (value, cutset) => trimmed(value!, cutset!, 'left'))],
  ['TrimRight', text(2, (value, cutset) => trimmed(value!, cutset!, 'right'))],
  ['TrimPrefix', text(2, (value, prefix) => withoutPrefix(prefix!, value!))],
  ['TrimSuffix', text(2, (value, suffix) => withoutSuffix(suffix!, value!))],
  ['TrimSpace', text(1, (value) => value!.trim())],
  ['trim', text(1, (value) => value!.trim())],
  ['trimAll', text(2, (cutset, value) => trimmed(value!, cutset!, 'both'))],
  ['trimPrefix', text(2, (prefix, value) => withoutPrefix(prefix!, value!))],
  ['trimSuffix', text(2, (suffix, value) => withoutSuffix(suffix!, value!))],
  ['trunc', counted(1, ([count], value) => truncated(count!, value))],
  ['substr', counted(2, ([start, end], value) => substring(start!, end!, value))],
  ['repeat', counted(1, ([count], value) => repeated(count!, value))],
  ['indent', counted(1, ([count], value) => indented(count!, value))],
  ['nindent', counted(1, ([count], value) => `\n${indented(count!, value)}`)],
  ['alignLeft', counted(1, ([count], value) => aligned(count!, value, 'left'))],
  ['alignRight', counted(1, ([count], value) => aligned(count!, value, 'right'))],
  ['contains', text(2, (part, value) => value!.includes(part!))],
  ['hasPrefix', text(2, (part, value) => value!.startsWith(part!))],
  ['hasSuffix', text(2, (part, value) => value!.endsWith(part!))],
  ['b64enc', text(1, (value) => Buffer.from(value!).toString('base64'))],
  ['b64dec', text(1, (value) => Buffer.from(value!, 'base64').toString())],
  ['urlencode', text(1, (value) => urlEncoded(value!))],
  ['urldecode', text(1, (value) => urlDecoded(value!))],
  ['fromJson', text(1, (value) => jsonValue(value!))],
  ['default', ([otherwise = null, value = null]) => (isTrue(value) ? value : otherwise)],

  [
    'regexReplaceAll',
    text(3, (pattern, value, by) => regexReplaced(pattern!, value!, (groups, names) => expanded(by!, groups, names))),
  ],
  ['regexReplaceAllLiteral', text(3, (pattern, value, by) => regexReplaced(pattern!, value!, () => by!))],
  ['count', text(2, (pattern, value) => matchCount(pattern!, value!))],

  [
    'int',
    ([value = null]) => integerOf(typeof value === 'string' && /^[+-]?\d+\.\d+$/.test(value) ? Number(value) : value),
  ],
  ['float64', ([value = null]) => floatOf(value)],
  ['add', integers((a, b) => a + b)],
  ['sub', integers((a, b) => a - b)],
  ['mul', integers((a, b) => a * b)],
  ['div', integers(divided)],
  ['mod', integers(remainder)],
  ['max', integers((a, b) => (a > b ? a : b))],
  ['min', integers((a, b) => (a < b ? a : b))],
  ['addf', floats((a, b) => decimally('+', a, b))],
  ['subf', floats((a, b) => decimally('-', a, b))],
  ['mulf', floats((a, b) => decimally('*', a, b))],
  ['divf', floats((a, b) => decimally('/', a, b))],
  ['maxf', floats((a, b) => Math.max(a, b))],
  ['minf', floats((a, b) => Math.min(a, b))],
  ['ceil', float(Math.ceil)],
  ['floor', float(Math.floor)],
  ['round', rounded],
  ['bytes', converted('bytes', byteCount)],
  ['duration', converted('duration', (value) => durationNs(value) / 1e9)],
  ['duration_seconds', converted('duration', (value) => durationNs(value) / 1e9)],

  ['date', ([layout = '', time]) => formatTime(timeOf(time), textOf(layout))],
  ['toDate', text(2, (layout, value) => parseTime(layout!, value!, 'UTC') ?? zeroTime)],
  ['toDateInZone', text(3, (layout, zone, value) => parseTime(layout!, value!, zone!) ?? zeroTime)],
  ['unixEpoch', ([time]) => String(timeOf(time).seconds)],
  ['unixEpochMillis', ([time]) => String(timeOf(time).ns / 1_000_000n)],
  ['unixEpochNanos', ([time]) => String(timeOf(time).ns)],
  ['unixToTime', text(1, (epoch) => timeOfEpoch(epoch!))],

  ['print', (args) => args.map(printed).join(args.every((arg) => typeof arg === 'string') ? '' : ' ')],
  ['println', (args) => `${args.map(printed).join(' ')}\n`],
  ['printf', ([format = '', ...args]) => sprintf(textOf(format), args)],
  ['html', text(1, (value) => value!.replaceAll(/[&<>"']/g, (sign) => escapedHtml[sign]!))],
  ['urlquery', text(1, (value) => urlEncoded(value!))],
  ['len', lengthOf],
  ['index', indexed],
  ['not', ([value = null]) => !isTrue(value)],
  ['eq', ([first = null, ...others]) => others.some((other) => equal(first, other))],
  ['ne', ([a = null, b = null]) => !equal(a, b)],
  ['lt', compared((order) => order < 0)],
  ['le', compared((order) => order <= 0)],
  ['gt', compared((order) => order > 0)],
  ['ge', compared((order) => order >= 0)],
  ['and', (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1) ?? null],
  ['or', (args) => args.find(isTrue) ?? args.at(-1) ?? null],
])

function expectArguments(args: Value[], count: number): void {
  if (args.length !== count) throw new TemplateError(`wrong number of args: want ${count} got ${args.length}`)
}

function expectSome(args: Value[]): void {
  if (args.length === 0) throw new TemplateError('wrong number of args: want at least 1 got 0')
}

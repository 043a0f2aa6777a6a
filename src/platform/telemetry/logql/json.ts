/** A value in a JSON text, not yet read: `raw` spans it as it stands there. */
export interface JsonValue {
  kind: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'
  from: number
  to: number
}

/** The text is not JSON. */
export class JsonError extends Error {}

const space = /[ \t\n\r]*/y
const scalarToken = /-?\d[\d.eE+-]*|true|false|null/y
const depthMax = 200

/** Is given a field; answers false to stop. */
type VisitField = (key: string, value: JsonValue) => boolean | void

/**
 * Calls `visit` for each field of the object that begins at `at`, in order. Numbers stay as they are written. With
 * `enter` fields that are objects go there instead, at their beginning; it answers the position behind them, or -1 to stop.
 * @returns the position behind the object, -1 when it was told to stop @throws JsonError
 */
export function eachField(
  text: string,
  at: number,
  visit: VisitField,
  depth = 0,
  enter?: (key: string, at: number) => number,
): number {
  at = skipSpace(text, at)
  if (text[at] !== '{') throw new JsonError('the line is no JSON object')
  at = skipSpace(text, at + 1)
  if (text[at] === '}') return at + 1
  for (;;) {
    const keyEnd = stringEnd(text, at, 'a key')
    const key = unescaped(text, at, keyEnd)
    at = skipSpace(text, keyEnd)
    if (text[at] !== ':') throw new JsonError(`no value behind key ${JSON.stringify(key)}`)
    at = skipSpace(text, at + 1)
    if (enter && text[at] === '{') {
      at = enter(key, at)
      if (at < 0) return -1
    } else {
      const value = valueAt(text, at, depth)
      if (visit(key, value) === false) return -1
      at = value.to
    }
    at = skipSpace(text, at)
    if (text[at] === '}') return at + 1
    if (text[at] !== ',') throw new JsonError("the object has no closing '}'")
    at = skipSpace(text, at + 1)
  }
}

/** Calls `visit` for each element of the array that begins at `at`. @throws JsonError */
export function eachElement(
  text: string,
  at: number,
  visit: (value: JsonValue, index: number) => boolean | void,
  depth = 0,
): number {
  at = skipSpace(text, at + 1)
  if (text[at] === ']') return at + 1
  for (let index = 0; ; index++) {
    const value = valueAt(text, at, depth)
    if (visit(value, index) === false) return -1
    at = skipSpace(text, value.to)
    if (text[at] === ']') return at + 1
    if (text[at] !== ',') throw new JsonError("the array has no closing ']'")
    at = skipSpace(text, at + 1)
  }
}

/** @throws JsonError */
export function valueAt(text: string, at: number, depth = 0): JsonValue {
  if (depth > depthMax) throw new JsonError('nested too deeply')
  const first = text[at]
  if (first === '"') return { kind: 'string', from: at, to: stringEnd(text, at, 'a string') }
  if (first === '{') return { kind: 'object', from: at, to: eachField(text, at, () => undefined, depth + 1) }
  if (first === '[') return { kind: 'array', from: at, to: eachElement(text, at, () => undefined, depth + 1) }
  const to = token(scalarToken, text, at, 'a value')
  return { kind: first === 'n' ? 'null' : first === 't' || first === 'f' ? 'boolean' : 'number', from: at, to }
}

/** What the value says: a string without quotes and escapes, nothing for null, all else as it is written. */
export function valueText(text: string, { kind, from, to }: JsonValue): string {
  if (kind === 'string') return unescaped(text, from, to)
  return kind === 'null' ? '' : text.slice(from, to)
}

function skipSpace(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code > 32 || Number.isNaN(code)) return at
  space.lastIndex = at
  return at + space.exec(text)![0].length
}

function stringEnd(text: string, at: number, wanted: string): number {
  if (text.charCodeAt(at) !== quote) throw new JsonError(`expected ${wanted} at position ${at}`)
  let end = text.indexOf('"', at + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  if (end < 0) throw new JsonError(`${wanted} at position ${at} has no closing quote`)
  return end + 1
}

const quote = 0x22
const backslash = 0x5c

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

function token(expression: RegExp, text: string, at: number, wanted: string): number {
  expression.lastIndex = at
  if (!expression.test(text)) throw new JsonError(`expected ${wanted} at position ${at}`)
  return expression.lastIndex
}

function unescaped(text: string, from: number, to: number): string {
  const inner = text.slice(from + 1, to - 1)
  if (!inner.includes('\\')) return inner.includes('\ufffd') ? '' : inner
  const plain = inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, point?: string, simple?: string) =>
    point ? String.fromCharCode(Number.parseInt(point, 16)) : (escapes[simple!] ?? simple!),
  )
  return plain.includes('\ufffd') ? '' : plain
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

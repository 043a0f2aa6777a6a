import { labelValue, type Labels } from '../labels.ts'

/** The fields of a line that is a JSON object or logfmt; null where it is neither. */
export function fieldsOfLine(line: string): Record<string, unknown> | null {
  return line.charCodeAt(0) === 0x7b ? jsonFields(line) : logfmtFields(line)
}

/**
 * The value of a field of a line: from the line itself, its metadata or its stream, in this order. `a.b` and `a_b`
 * also name `b` within an object `a`.
 */
export function fieldOf(name: string, line: string, metadata: Labels | undefined, labels: Labels): string | undefined {
  return valueInLine(name, line) ?? (metadata && labelValue(metadata, name)) ?? labelValue(labels, name)
}

function valueInLine(name: string, line: string): string | undefined {
  if (line.charCodeAt(0) === 0x7b) {
    const fields = jsonFields(line)
    return fields ? textOf(nested(fields, name)) : undefined
  }
  return logfmtValue(line, name)
}

function jsonFields(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    // A line that begins like an object and is none is text.
    return null
  }
}

function nested(fields: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name]
  for (let at = name.search(/[._]/); at > 0; at = nextSeparator(name, at + 1)) {
    const inner = Object.hasOwn(fields, name.slice(0, at)) ? fields[name.slice(0, at)] : undefined
    if (typeof inner === 'object' && inner !== null) {
      const found = nested(inner as Record<string, unknown>, name.slice(at + 1))
      if (found !== undefined) return found
    }
  }
  return undefined
}

function nextSeparator(name: string, from: number): number {
  const found = name.slice(from).search(/[._]/)
  return found < 0 ? -1 : from + found
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const logfmtPair = /(?:^|\s)([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g

function logfmtFields(line: string): Record<string, unknown> | null {
  const fields: Record<string, string> = {}
  let found = false
  for (const [, name, quoted, plain] of line.matchAll(logfmtPair)) {
    fields[name!] = quoted === undefined ? plain! : unescaped(quoted)
    found = true
  }
  return found ? fields : null
}

function logfmtValue(line: string, name: string): string | undefined {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const end = at + name.length
    const isName = line.charCodeAt(end) === 0x3d && (at === 0 || /\s/.test(line[at - 1]!))
    if (isName) return logfmtValueAt(line, end + 1)
  }
  return undefined
}

function logfmtValueAt(line: string, at: number): string {
  const value = /"((?:[^"\\]|\\.)*)"|\S*/y
  value.lastIndex = at
  const [plain, quoted] = value.exec(line)!
  return quoted === undefined ? plain : unescaped(quoted)
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, '$1')

const decimal = /^[+-]?\d+(\.\d+)?$/

export const isDecimal = (value: string): boolean => decimal.test(value)

/** Compares as numbers where both are, otherwise as text. */
export function compareFields(a: string, b: string): number {
  if (decimal.test(a) && decimal.test(b)) return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** A text that every line has in which the field equals `value`; null where none is certain. */
export function literalOfValue(value: string): string | null {
  if (decimal.test(value)) {
    const digits = value.replace(/^[+-]?0*/, '')
    const trimmed = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
    return trimmed === '' ? null : trimmed
  }
  return /^[\w.:/-]+$/.test(value) && !value.includes('/') ? value : null
}

import { labelsText, type Labels } from '../labels.ts'
import type { IngestCaps } from './caps.ts'
import { shortened, type Rejections } from './rejections.ts'

type Pair = [name: string, value: string]

export const labelName = /^[A-Za-z_][A-Za-z0-9_]*$/

const textMax = 128 * 1024

const pairForm =
  /[\s]*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"((?:[^"\\\n]|\\[^\n])*)"|'((?:[^'\\\n]|\\[^\n])*)'|`([^`]*)`)\s*(,\s*\}?|\})/y
const escapeForm = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([\s\S]))/g
const letters: Record<string, string> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** `{job="api", env="prod"}` as Prometheus writes it, with Go's escapes; or what is wrong with it. */
export function parseLabels(text: string): Pair[] | { problem: string } {
  if (text.length > textMax) return { problem: `longer than ${textMax} characters` }
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return { problem: `parse error at 0: expected "{"` }
  if (/^\{\s*\}$/.test(trimmed)) return []
  const pairs: Pair[] = []
  pairForm.lastIndex = 1
  for (;;) {
    const from = pairForm.lastIndex
    const found = pairForm.exec(trimmed)
    if (found === null) return { problem: `parse error at ${from}: expected name="value"` }
    pairs.push([found[1]!, valueOf(found)])
    if (!found[5]!.endsWith('}')) continue
    return pairForm.lastIndex === trimmed.length
      ? pairs
      : { problem: `parse error at ${pairForm.lastIndex}: text after the labels` }
  }
}

function valueOf([, , double, single, raw]: RegExpExecArray): string {
  const quoted = double ?? single
  if (quoted === undefined) return raw ?? ''
  return quoted.includes('\\') ? quoted.replaceAll(escapeForm, unescaped) : quoted
}

function unescaped(match: string, hex?: string, short?: string, long?: string, octal?: string, letter = ''): string {
  const code = hex ?? short ?? long
  if (code !== undefined) {
    const point = parseInt(code, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : match
  }
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8))
  return letters[letter] ?? letter
}

type StreamCaps = Pick<IngestCaps, 'labelNameBytesMax' | 'labelValueBytesMax' | 'labelsPerStreamMax'>

/**
 * The labels of a stream, or null where Loki would refuse them: then `lines` lines are counted as rejected, in
 * Loki's words. A label without a value is none.
 */
export function streamLabels(pairs: Pair[], caps: StreamCaps, rejections: Rejections, lines: number): Labels | null {
  const labels = Object.fromEntries(pairs.filter(([, value]) => value !== ''))
  const names = Object.keys(labels)
  const text = (): string => shortened(labelsText(labels))
  if (names.length === 0) {
    rejections.add('invalid_label', () => 'error at least one label pair is required per stream', lines)
    return null
  }
  if (names.length > caps.labelsPerStreamMax) {
    const example = (): string =>
      `entry for stream '${text()}' has ${names.length} label names; limit ${caps.labelsPerStreamMax}`
    rejections.add('too_many_labels', example, lines)
    return null
  }
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    if (seen.has(name)) {
      rejections.add('invalid_label', () => `stream '${text()}' has duplicate label name: '${shortened(name)}'`, lines)
      return null
    }
    seen.add(name)
    if (longer(name, caps.labelNameBytesMax)) {
      rejections.add('label_too_long', () => `stream '${text()}' has label name too long: '${shortened(name)}'`, lines)
      return null
    }
    if (longer(value, caps.labelValueBytesMax)) {
      rejections.add(
        'label_too_long',
        () => `stream '${text()}' has label value too long: '${shortened(value)}'`,
        lines,
      )
      return null
    }
    if (!labelName.test(name)) {
      rejections.add(
        'invalid_label',
        () => `Error parsing labels '${text()}' with error: bad name ${shortened(name)}`,
        lines,
      )
      return null
    }
  }
  return labels
}

/** Whether the text has more bytes than `bytesMax`; most texts are so short or so long that nothing is counted. */
export function longer(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}

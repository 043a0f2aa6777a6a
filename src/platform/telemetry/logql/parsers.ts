import { compileExpression } from '../labels.ts'
import { requiredLiteral } from '../requiredLiteral.ts'
import type { Extraction } from './ast.ts'
import { eachElement, eachField, JsonError, valueAt, valueText, type JsonValue } from './json.ts'
import { jsonPath } from './jsonPath.ts'
import { labelName, type Line } from './line.ts'
import { linePattern } from './linePattern.ts'
import { eachPair } from './logfmt.ts'

/** What a stage does to a line; false drops it. */
export type Step = (line: Line) => boolean

/** Labels that somebody looks at later; null where that is not known. */
export type Wanted = ReadonlySet<string> | null

/** All fields become labels, those of nested objects as `outer_inner`; arrays and nulls do not. */
export function jsonStep(wanted: Wanted): Step {
  const name = namer()
  return (line) => {
    const { text } = line
    const found = new Set<string>()
    const enough = wanted ? missing(line, wanted) : Infinity
    if (enough === 0) return true
    const read = (at: number, prefix: string, depth: number): number =>
      eachField(
        text,
        at,
        (key, value) => {
          if (value.kind === 'array' || value.kind === 'null') return
          keepFirst(line, found, prefix ? `${prefix}_${bare(name(key))}` : name(key), wanted, () =>
            valueText(text, value),
          )
          return found.size < enough
        },
        depth,
        (key, inner) => {
          if (depth > nestingMax) throw new JsonError('nested too deeply')
          return read(inner, prefix ? `${prefix}_${bare(name(key))}` : name(key), depth + 1)
        },
      )
    return readingJson(line, () => void read(0, '', 0))
  }
}

const nestingMax = 100

/** Inside a longer name a digit may come first. */
const bare = (name: string): string => (/^_\d/.test(name) ? name.slice(1) : name)

export function jsonExpressionStep(extractions: Extraction[]): Step {
  const paths = extractions.map(({ name, path }) => ({ name, steps: jsonPath(path) }))
  return (line) => {
    const { text } = line
    if (text === '') return true
    if (!/^["[{]/.test(text)) {
      line.fail('JSONParserErr', 'the line is no JSON')
      return true
    }
    return readingJson(line, () => {
      for (const { name, steps } of paths) {
        const value = follow(text, steps)
        if (value) line.set(line.extractedName(name), valueText(text, value))
        else if (line.get(name) === undefined) line.set(name, '')
      }
    })
  }
}

function follow(text: string, steps: (string | number)[]): JsonValue | null {
  let value: JsonValue | null = valueAt(text, 0)
  for (const step of steps) {
    if (value === null) return null
    const from: number = value.from
    let next: JsonValue | null = null
    if (typeof step === 'string' && value.kind === 'object') {
      eachField(text, from, (key, field) => {
        if (key !== step) return
        next = field
        return false
      })
    } else if (typeof step === 'number' && value.kind === 'array') {
      eachElement(text, from, (element, index) => {
        if (index !== step) return
        next = element
        return false
      })
    }
    value = next
  }
  return value
}

/** A line that is no JSON stays, marked. */
function readingJson(line: Line, read: () => void): true {
  try {
    read()
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    line.fail('JSONParserErr', error.message)
  }
  return true
}

/** Labels packed beside `_entry`, which becomes the line; a line without it stays as it is. */
export const unpackStep: Step = (line) => {
  const { text } = line
  if (text === '') return true
  return readingJson(line, () => {
    let entry: string | null = null
    const packed: [name: string, value: string][] = []
    eachField(text, 0, (key, value) => {
      if (value.kind !== 'string') return
      if (key === '_entry') entry = valueText(text, value)
      else packed.push([labelName(key), valueText(text, value)])
    })
    if (entry === null) return
    line.text = entry
    for (const [name, value] of packed) line.set(line.extractedName(name), value)
  })
}

export function logfmtStep(strict: boolean, keepEmpty: boolean, wanted: Wanted): Step {
  const name = namer()
  return (line) => {
    const found = new Set<string>()
    const enough = wanted ? missing(line, wanted) : Infinity
    if (enough === 0) return true
    const wrong = eachPair(line.text, strict, (key, value) => {
      const label = name(key)
      if (label === '' || (!value && !keepEmpty)) return
      keepFirst(line, found, label, wanted, () => (value?.includes('\ufffd') ? '' : (value ?? '')))
      return found.size < enough
    })
    if (strict && wrong) line.fail('LogfmtParserErr', wrong)
    return true
  }
}

export function logfmtExpressionStep(strict: boolean, extractions: Extraction[]): Step {
  const targets = Map.groupBy(extractions, ({ path }) => path)
  return (line) => {
    for (const { name } of extractions) if (line.get(name) === undefined) line.set(name, '')
    const wrong = eachPair(line.text, strict, (key, value) => {
      for (const { name } of targets.get(key) ?? targets.get(labelName(key)) ?? []) {
        line.set(line.extractedName(name), value ?? '')
      }
    })
    if (strict && wrong) line.fail('LogfmtParserErr', wrong)
    return true
  }
}

/** Named groups become labels; a line that does not match stays as it is. */
export function regexpStep(pattern: string): Step {
  const expression = compileExpression(pattern)
  const mayMatch = literalTest(pattern)
  const groups = Object.entries(expression.namedGroups()).map(([name, index]) => ({ name: labelName(name), index }))
  return (line) => {
    if (!mayMatch(line.text)) return true
    const matcher = expression.matcher(line.text)
    if (!matcher.find()) return true
    for (const { name, index } of groups) line.set(line.extractedName(name), matcher.group(index) ?? '')
    return true
  }
}

/** Whether a text has what every match of the pattern contains: far cheaper than to try the pattern. */
export function literalTest(pattern: string): (text: string) => boolean {
  const literal = requiredLiteral(pattern)
  return literal?.caseSensitive ? (text) => text.includes(literal.text) : () => true
}

export function patternStep(pattern: string): Step {
  const { names, captures } = linePattern(pattern, 'parser')
  return (line) => {
    if (line.text === '') return true
    captures(line.text).forEach((text, index) => {
      const name = names[index]!
      if (name !== '_') line.set(line.extractedName(name), text)
    })
    return true
  }
}

function keepFirst(line: Line, found: Set<string>, label: string, wanted: Wanted, value: () => string): void {
  const name = line.extractedName(label)
  if (found.has(name) || (wanted && !wanted.has(name))) return
  found.add(name)
  line.set(name, value())
}

/** How many labels a parser may yet find of those that are wanted; when it has them it need not read on. */
function missing(line: Line, wanted: ReadonlySet<string>): number {
  let count = 0
  for (const name of wanted) if (line.extractedName(name) === name) count++
  return count
}

/** Keys repeat from line to line; their label names are kept. */
function namer(): (key: string) => string {
  const names = new Map<string, string>()
  return (key) => {
    let name = names.get(key)
    if (name === undefined) {
      name = labelName(key)
      if (names.size < 10_000) names.set(key, name)
    }
    return name
  }
}

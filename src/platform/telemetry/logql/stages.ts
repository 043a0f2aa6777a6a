import { durationNs } from '#kernel/duration.ts'
import { AppError } from '#kernel/errors.ts'
import { compileExpression, valueTest } from '../labels.ts'
import type { LabelChoice, LabelFilter, LabelFormat, LineFilter, LineTerm, Stage, Unit } from './ast.ts'
import { ipInLine, ipRange } from './ip.ts'
import { errorDetailsLabel, errorLabel, type Line } from './line.ts'
import { linePattern } from './linePattern.ts'
import { byteCount, decimal } from './literals.ts'
import {
  jsonExpressionStep,
  jsonStep,
  literalTest,
  logfmtExpressionStep,
  logfmtStep,
  patternStep,
  regexpStep,
  unpackStep,
  type Step,
  type Wanted,
} from './parsers.ts'
import { parseTemplate } from './template/parse.ts'
import { render, TemplateError } from './template/render.ts'

/** Makes a pipeline of stages; `now` is what templates take for the time. */
export function pipeline(stages: Stage[], wanted: Wanted, now: () => number): Step {
  const steps = stages.map((stage) => step(stage, wanted, now))
  if (steps.length === 0) return () => true
  if (steps.length === 1) return steps[0]!
  return (line) => {
    for (const each of steps) if (!each(line)) return false
    return true
  }
}

function step(stage: Stage, wanted: Wanted, now: () => number): Step {
  switch (stage.kind) {
    case 'lineFilter': {
      const keeps = lineTest(stage)
      return (line) => keeps(line.text)
    }
    case 'json':
      return stage.extractions.length > 0 ? jsonExpressionStep(stage.extractions) : jsonStep(wanted)
    case 'logfmt':
      return stage.extractions.length > 0
        ? logfmtExpressionStep(stage.strict, stage.extractions)
        : logfmtStep(stage.strict, stage.keepEmpty, wanted)
    case 'regexp':
      return regexpStep(stage.pattern)
    case 'pattern':
      return patternStep(stage.pattern)
    case 'unpack':
      return unpackStep
    case 'labelFilter':
      return labelFilterStep(stage.filter)
    case 'lineFormat':
      return lineFormatStep(stage.template, now)
    case 'labelFormat':
      return labelFormatStep(stage.formats, now)
    case 'decolorize':
      return decolorize
    case 'drop':
      return dropStep(stage.labels)
    case 'keep':
      return keepStep(stage.labels)
    case 'distinct':
      return distinctStep(stage.names)
  }
}

/** Whether a line passes the filter. */
export function lineTest({ negated, terms }: LineFilter): (text: string) => boolean {
  const tests = terms.map(termTest)
  const [first] = tests
  const any = tests.length === 1 ? first! : (text: string) => tests.some((test) => test(text))
  return negated ? (text) => !any(text) : any
}

function termTest({ how, text }: LineTerm): (line: string) => boolean {
  if (how === 'contains') return (line) => line.includes(text)
  if (how === 'ip') return ipInLine(text)
  if (how === 'pattern') return linePattern(text, 'filter').test
  const expression = compileExpression(anyCharacter(text))
  const mayMatch = literalTest(text)
  return (line) => mayMatch(line) && expression.test(line)
}

/** In line filters `.` stands for line ends, too. */
export const anyCharacter = (pattern: string): string => `(?s)${pattern}`

export function labelFilterStep(filter: LabelFilter): Step {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const [left, right] = [labelFilterStep(filter.left), labelFilterStep(filter.right)]
      return filter.op === 'and' ? (line) => left(line) && right(line) : (line) => left(line) || right(line)
    }
    case 'matcher': {
      const test = valueTest(filter.matcher)
      const { name } = filter.matcher
      return (line) => test(line.get(name) ?? '')
    }
    case 'ip': {
      const within = ipRange(filter.range)
      return (line) => {
        const address = line.get(filter.name)
        if (line.error !== '') return true
        return address !== undefined && within(address) !== filter.negated
      }
    }
    case 'compare':
      return comparisonStep(filter)
  }
}

/** A value that cannot be read leaves the line in, marked; lines already marked pass. */
function comparisonStep({ name, compare, unit, value }: LabelFilter & { op: 'compare' }): Step {
  const read = readers[unit]
  const holds = comparisons[compare]
  return (line) => {
    if (line.error !== '') return true
    const text = line.get(name)
    if (text === undefined) return false
    const found = read(text)
    if (Number.isNaN(found) && !/^[+-]?nan$/i.test(text)) {
      line.fail('LabelFilterErr', `${JSON.stringify(text)} is no ${unit}`)
      return true
    }
    return holds(found, value)
  }
}

/** How a label's text becomes a number; NaN where it does not. Durations in nanoseconds. */
export const readers: Record<Unit, (text: string) => number> = {
  number: decimal,
  duration: durationNs,
  bytes: byteCount,
}

const comparisons = {
  '=': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
}

function lineFormatStep(text: string, now: () => number): Step {
  const template = parseTemplate(text)
  return (line) =>
    rendering(line, () => {
      line.text = render(template, { line, now })
    })
}

function labelFormatStep(formats: LabelFormat[], now: () => number): Step {
  const steps = formats.map((format) =>
    'from' in format ? format : { name: format.name, parsed: parseTemplate(format.template) },
  )
  return (line) =>
    rendering(line, () => {
      // Templates see the labels as they were before this stage.
      const rendered = steps.map((format) => ('from' in format ? null : render(format.parsed, { line, now })))
      steps.forEach((format, index) => {
        if (!('from' in format)) return line.set(format.name, rendered[index]!)
        const value = line.get(format.from)
        if (value === undefined) return
        line.set(format.name, value)
        if (format.from !== format.name) line.delete(format.from)
      })
    })
}

function rendering(line: Line, work: () => void): true {
  try {
    work()
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    line.fail('TemplateFormatErr', error.message)
  }
  return true
}

// oxlint-disable-next-line no-control-regex -- the escapes of terminals are control characters
const terminalEscapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

const decolorize: Step = (line) => {
  if (line.text.includes('\u001b')) line.text = line.text.replaceAll(terminalEscapes, '')
  return true
}

function dropStep(labels: LabelChoice[]): Step {
  const choices = labels.map(({ name, matcher }) => ({ name, matches: matcher && valueTest(matcher) }))
  return (line) => {
    for (const { name, matches } of choices) if (!matches || matches(line.get(name) ?? '')) line.delete(name)
    return true
  }
}

function keepStep(labels: LabelChoice[]): Step {
  const choices = new Map(labels.map(({ name, matcher }) => [name, matcher && valueTest(matcher)]))
  return (line) => {
    for (const [name, value] of line.labels()) {
      if (name === errorLabel || name === errorDetailsLabel) continue
      const matches = choices.get(name)
      if (matches === undefined || (matches !== null && !matches(value))) line.delete(name)
    }
    return true
  }
}

const distinctMax = 100_000

function distinctStep(names: string[]): Step {
  const seen = new Set<string>()
  return (line) => {
    const key = JSON.stringify(names.map((name) => line.get(name) ?? null))
    if (seen.has(key)) return false
    if (seen.size >= distinctMax) {
      throw new AppError('VALIDATION_FAILED', `distinct: more than ${distinctMax} different values; narrow the query`)
    }
    seen.add(key)
    return true
  }
}

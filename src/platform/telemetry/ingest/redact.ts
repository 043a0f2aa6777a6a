import type { RE2JS } from 're2js'
import { redacted, redactedKinds, redactorWithout } from '#platform/logging/patterns.ts'
import { kindOfKey } from '#platform/logging/redact.ts'
import { compileExpression, type Labels } from '../labels.ts'
import type { LogBatch, LogEntry } from '../logs/logs.ts'
import { requiredLiteral } from '../requiredLiteral.ts'

/** Something more to take out of lines before they are stored. A rule named as a built-in stands in its place. */
export interface RedactionRule {
  /** Of the mark, as in `‹redacted:email›`. */
  name: string
  /** RE2 syntax; what matches is taken out. */
  pattern: string
  enabled: boolean
}

/** What is taken out with no rule at all; each can be switched off by a rule of its name that is not enabled. */
export const builtInRedactions: readonly string[] = redactedKinds

type Clean = (text: string) => string

/**
 * Takes secrets and personal data out of lines, metadata and labels, in place, and leaves marks where they were.
 * @throws AppError VALIDATION_FAILED for a rule whose pattern is not valid
 */
export function createRedactor(rules: readonly RedactionRule[]): (batch: LogBatch) => void {
  const named = new Set(rules.map(({ name }) => name))
  const cleaners = [redactorWithout(named), ...rules.filter(({ enabled }) => enabled).map(cleanerOf)]
  const clean: Clean = (text) => cleaners.reduce((result, cleaner) => cleaner(result), text)
  return ({ streams }) => {
    for (const stream of streams) {
      stream.labels = cleanValues(stream.labels, clean, named)
      for (const entry of stream.entries) cleanEntry(entry, clean, named)
    }
  }
}

function cleanerOf({ name, pattern }: RedactionRule): Clean {
  const expression = compileExpression(pattern)
  const mayMatch = candidateTest(pattern)
  const mark = redacted(name)
  return (text) => (mayMatch(text) ? replaceAll(expression, text, mark) : text)
}

/** The engine is slow, and most lines lack what every match has to contain. */
function candidateTest(pattern: string): (text: string) => boolean {
  const literal = requiredLiteral(pattern)
  if (literal === null) return () => true
  if (literal.caseSensitive) return (text) => text.includes(literal.text)
  const folded = literal.text.toLowerCase()
  return (text) => text.toLowerCase().includes(folded)
}

/** Empty matches are left alone: there is nothing to take out. */
function replaceAll(expression: RE2JS, text: string, mark: string): string {
  const matcher = expression.matcher(text)
  let result = ''
  let end = 0
  while (matcher.find()) {
    if (matcher.end() === matcher.start()) continue
    result += text.slice(end, matcher.start()) + mark
    end = matcher.end()
  }
  return end === 0 ? text : result + text.slice(end)
}

function cleanEntry(entry: LogEntry, clean: Clean, replaced: ReadonlySet<string>): void {
  entry.line = clean(entry.line)
  if (entry.metadata) entry.metadata = cleanValues(entry.metadata, clean, replaced)
}

/** The same object where nothing was found, as almost always. */
function cleanValues(labels: Labels, clean: Clean, replaced: ReadonlySet<string>): Labels {
  let changed: Record<string, string> | undefined
  for (const name in labels) {
    const value = labels[name]!
    const kept = cleanValue(name, value, clean, replaced)
    if (kept !== value) (changed ??= Object.fromEntries(Object.entries(labels)))[name] = kept
  }
  return changed ?? labels
}

const truth = /^(?:true|false|null|\d+(?:\.\d+)?)$/

/** `password` hides what it names, `token_count` and `has_token: true` do not. */
function cleanValue(name: string, value: string, clean: Clean, replaced: ReadonlySet<string>): string {
  const kind = kindOfKey(name)
  const hides = kind !== undefined && !replaced.has(kind) && !(kind === 'token' && truth.test(value))
  return hides && value !== '' ? redacted(kind) : clean(value)
}

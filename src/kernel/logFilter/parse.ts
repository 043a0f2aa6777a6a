import { LogFilterError, type FieldTest, type FilterTerm, type Place } from './ast.ts'

/** A query in the language of Loki; it begins with a selector. */
export const isLogql = (text: string): boolean => text.trimStart().startsWith('{')

/**
 * The parts of a filter, all of which have to be true of a line; none for an empty text. Reads what the console's
 * filter bar takes: words, `"phrases"`, `-term`, `/regex/`, `@field:value`, `level:error,warn`, `service:api`,
 * `label:value`, `OR` and parentheses.
 * @throws LogFilterError
 */
export function parseLogFilter(text: string): FilterTerm[] {
  if (text.length > filterMax) {
    throw new LogFilterError({ from: filterMax, to: text.length }, `a filter has at most ${filterMax} characters`)
  }
  return new Reader(text).whole()
}

const filterMax = 10_000
const depthMax = 50

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): FilterTerm[] {
    const terms = this.#either(0)
    if (this.#at < this.#text.length) throw this.#error(this.#at, 'there is no ( for this )')
    return terms
  }

  /** Parts with `OR` between; a single one stays as it is. */
  #either(depth: number): FilterTerm[] {
    if (depth > depthMax) throw this.#error(this.#at, `at most ${depthMax} parentheses within each other`)
    const first = this.#all(depth)
    if (!this.#isWord('OR')) return first
    const branches = [this.#branch(first)]
    while (this.#isWord('OR')) {
      this.#at += 2
      branches.push(this.#branch(this.#all(depth)))
    }
    return [{ kind: 'or', of: branches, from: branches[0]!.from, to: branches.at(-1)!.to }]
  }

  #branch(terms: FilterTerm[]): FilterTerm {
    if (terms.length === 0) throw this.#error(this.#at, 'OR needs a term on both sides; for the word write "OR"', 2)
    if (terms.length === 1) return terms[0]!
    return { kind: 'and', of: terms, from: terms[0]!.from, to: terms.at(-1)!.to }
  }

  #all(depth: number): FilterTerm[] {
    const terms: FilterTerm[] = []
    for (;;) {
      this.#skipSpace()
      if (this.#at >= this.#text.length || this.#text[this.#at] === ')' || this.#isWord('OR')) return terms
      if (this.#isWord('AND')) this.#at += 3
      else terms.push(this.#term(depth))
    }
  }

  #term(depth: number): FilterTerm {
    const from = this.#at
    const next = this.#text[from + 1]
    if (this.#text[from] !== '-' || next === undefined || /[\s)]/.test(next)) return this.#plain(depth)
    this.#at++
    if (this.#isWord('OR') || this.#isWord('AND')) throw this.#error(from, 'for the word write it in quotes: -"OR"', 3)
    const of = this.#term(depth + 1)
    if (depth > depthMax) throw this.#error(from, `at most ${depthMax} - before a term`)
    return { kind: 'not', of, from, to: of.to }
  }

  #plain(depth: number): FilterTerm {
    const from = this.#at
    const sign = this.#text[from]
    if (sign === '(') return this.#group(depth)
    if (sign === '"') return { kind: 'phrase', text: this.#quoted(), ...this.#since(from) }
    if (sign === '/') {
      const pattern = this.#expression()
      if (pattern !== null) return { kind: 'expression', pattern, ...this.#since(from) }
    }
    if (sign === '@') return this.#field()
    const labelled = this.#labelled()
    if (labelled) return labelled
    const text = this.#run(/\s/)
    // Written anew these need quotes: a selector at the beginning, and a ( that would take the ) of parentheses around it.
    const kind = sign === '{' || text.split('(').length !== text.split(')').length ? 'phrase' : 'word'
    return { kind, text, ...this.#since(from) }
  }

  #group(depth: number): FilterTerm {
    const from = this.#at++
    const terms = this.#either(depth + 1)
    if (this.#text[this.#at] !== ')') throw this.#error(from, 'this ( has no )', 1)
    this.#at++
    if (terms.length === 0) throw new LogFilterError(this.#since(from), 'write a term between ( and )')
    if (terms.length === 1) return { ...terms[0]!, ...this.#since(from) }
    return { kind: 'and', of: terms, ...this.#since(from) }
  }

  #field(): FilterTerm {
    const from = this.#at
    const name = this.#match(/@([^\s:"(),]+):/y)?.[1]
    if (name === undefined) {
      const to = from + this.#run(/\s/).length
      throw new LogFilterError(
        { from, to },
        'write @field:value, such as @status:500; for the text itself put it in quotes',
      )
    }
    return { kind: 'field', name, test: this.#fieldTest(from, name), ...this.#since(from) }
  }

  #fieldTest(from: number, name: string): FieldTest {
    const op = this.#match(/>=|<=|>|</y)?.[0] as '>' | '>=' | '<' | '<=' | undefined
    if (op) return { op, value: this.#value(from, `@${name}:${op}500`) }
    if (this.#text[this.#at] === '/') {
      const pattern = this.#expression()
      if (pattern !== null) return { op: '=~', pattern }
    }
    const bounds = this.#match(/([+-]?\d+(?:\.\d+)?)\.\.([+-]?\d+(?:\.\d+)?)(?=[\s)]|$)/y)
    if (bounds) return { op: 'range', low: bounds[1]!, high: bounds[2]! }
    return { op: '=', values: this.#values(from, `@${name}:value`) }
  }

  /** `level:`, `service:` or a label; null for a word that only has a colon in it, such as an address. */
  #labelled(): FilterTerm | null {
    const from = this.#at
    const name = this.#match(/([a-zA-Z_][\w.-]*):(?![\s:)]|\/\/|$)/y)?.[1]
    if (name === undefined) return null
    const values = this.#values(from, `${name}:value`)
    if (name === 'level') return { kind: 'level', levels: values, ...this.#since(from) }
    if (name === 'service') return { kind: 'service', services: values, ...this.#since(from) }
    return { kind: 'label', name, values, ...this.#since(from) }
  }

  /** `a,"b c"` */
  #values(from: number, example: string): string[] {
    const values = [this.#value(from, example)]
    while (this.#text[this.#at] === ',') {
      this.#at++
      values.push(this.#value(from, example))
    }
    return values
  }

  #value(from: number, example: string): string {
    if (this.#text[this.#at] === '"') return this.#quoted()
    const value = this.#run(/[\s,]/)
    if (value === '') throw new LogFilterError({ from, to: this.#at }, `a value is missing, such as in ${example}`)
    return value
  }

  #quoted(): string {
    const from = this.#at
    const inner = this.#match(/"((?:[^"\\]|\\.)*)"/sy)?.[1]
    if (inner === undefined) throw this.#error(from, 'this " has no second "', this.#text.length - from)
    return inner.replaceAll(/\\(.)/gs, '$1')
  }

  /** Between slashes; null for a path, which begins with one, too, but does not end with one. */
  #expression(): string | null {
    return this.#match(/\/((?:[^/\\]|\\.)+)\/(?=[\s)]|$)/sy)?.[1]!.replaceAll('\\/', '/') ?? null
  }

  /** Up to what ends it; a parenthesis ends it, too, unless it was opened within. */
  #run(end: RegExp): string {
    const from = this.#at
    let open = 0
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at]!
      if (end.test(sign) || (sign === ')' && open === 0)) break
      if (sign === '(') open++
      if (sign === ')') open--
      this.#at++
    }
    return this.#text.slice(from, this.#at)
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    const found = expression.exec(this.#text)
    if (found) this.#at += found[0].length
    return found
  }

  #isWord(word: string): boolean {
    const after = this.#text[this.#at + word.length]
    return this.#text.startsWith(word, this.#at) && (after === undefined || /[\s()]/.test(after))
  }

  #skipSpace(): void {
    this.#match(/\s+/y)
  }

  #since(from: number): Place {
    return { from, to: this.#at }
  }

  #error(from: number, message: string, length = 1): LogFilterError {
    return new LogFilterError({ from, to: Math.min(from + length, Math.max(from, this.#text.length)) }, message)
  }
}

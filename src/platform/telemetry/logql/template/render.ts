import type { Line } from '../line.ts'
import { functions, textMax, type Surroundings } from './functions.ts'
import type { Command, Part, Pipe, Template, Term } from './parse.ts'
import { isTrue, printed, TemplateError, type Value } from './value.ts'

export { TemplateError } from './value.ts'

/** Actions that one line may cost; nested ranges over a long line stop here. */
const actionsMax = 50_000

/** Renders the template with the labels of the line. @throws TemplateError */
export function render(template: Template, { line, now }: { line: Line; now: () => number }): string {
  return new Rendering(line, now).whole(template)
}

/** The dot at the beginning: all labels of the line. */
const root = Symbol('labels')
type Dot = Value | typeof root

class Rendering {
  readonly #line: Line
  readonly #surroundings: Surroundings
  readonly #variables = new Map<string, Dot>([['', root]])
  #text = ''
  #actions = 0

  constructor(line: Line, now: () => number) {
    this.#line = line
    this.#surroundings = { text: line.text, timestampNs: line.timestampNs, now }
  }

  whole(template: Template): string {
    this.#template(template, root)
    return this.#text
  }

  #template(template: Template, dot: Dot): void {
    for (const part of template) this.#part(part, dot)
  }

  #part(part: Part, dot: Dot): void {
    if (++this.#actions > actionsMax || this.#text.length > textMax)
      throw new TemplateError('the template makes too much of this line')
    switch (part.kind) {
      case 'text':
        this.#text += part.text
        return
      case 'output': {
        const value = this.#pipe(part.pipe, dot)
        if (part.pipe.declares === null) this.#text += this.#printed(value)
        return
      }
      case 'assign':
        this.#variables.set(part.name, this.#pipe(part.pipe, dot))
        return
      case 'if':
      case 'with': {
        const value = this.#pipe(part.pipe, dot)
        const chosen = value === root || isTrue(value)
        this.#template(chosen ? part.body : part.otherwise, part.kind === 'with' && chosen ? value : dot)
        return
      }
      case 'range':
        this.#range(part, dot)
    }
  }

  #range(part: Part & { kind: 'range' }, dot: Dot): void {
    const over = this.#pipe(part.pipe, dot)
    const entries = this.#entries(over)
    if (entries.length === 0) return this.#template(part.otherwise, dot)
    for (const [key, element] of entries) {
      if (part.index !== null) this.#variables.set(part.index, key)
      if (part.element !== null) this.#variables.set(part.element, element)
      this.#template(part.body, element)
    }
  }

  #entries(over: Dot): [Value, Value][] {
    if (over === root) return [...this.#line.labels()].toSorted(([a], [b]) => (a < b ? -1 : 1))
    if (Array.isArray(over)) return over.map((element, index) => [BigInt(index), element])
    if (over instanceof Map) return [...over].toSorted(([a], [b]) => (a < b ? -1 : 1))
    if (over === null || over === '') return []
    throw new TemplateError(`range can't iterate over ${printed(over)}`)
  }

  #pipe({ declares, commands }: Pipe, dot: Dot): Dot {
    let value: Dot = null
    commands.forEach((command, index) => {
      value = this.#command(command, dot, index > 0 ? [this.#known(value)] : [])
    })
    if (declares !== null) this.#variables.set(declares, value)
    return value
  }

  #command({ terms: [first, ...others] }: Command, dot: Dot, piped: Value[]): Dot {
    const args = [...others.map((term) => this.#known(this.#term(term, dot))), ...piped]
    if (first!.kind === 'function') return functions.get(first!.name)!(args, this.#surroundings)
    if (args.length > 0) throw new TemplateError(`${termText(first!)} is not a function but has arguments`)
    return this.#term(first!, dot)
  }

  #term(term: Term, dot: Dot): Dot {
    switch (term.kind) {
      case 'value':
        return term.value
      case 'function':
        return functions.get(term.name)!([], this.#surroundings)
      case 'pipe':
        return this.#fields(this.#pipe(term.pipe, dot), term.fields)
      case 'fields':
        return this.#fields(term.variable === null ? dot : this.#variable(term.variable), term.fields)
    }
  }

  #variable(name: string): Dot {
    const value = this.#variables.get(name)
    if (value === undefined) throw new TemplateError(`undefined variable $${name}`)
    return value
  }

  #fields(value: Dot, fields: string[]): Dot {
    let found = value
    for (const field of fields) {
      if (found === root) found = this.#line.get(field) ?? ''
      else if (found instanceof Map) found = found.get(field) ?? null
      else throw new TemplateError(`can't evaluate field ${field}`)
    }
    return found
  }

  #known(value: Dot): Value {
    return value === root ? new Map(this.#line.labels()) : value
  }

  #printed(value: Dot): string {
    return printed(this.#known(value))
  }
}

const termText = (term: Term): string => (term.kind === 'fields' ? `.${term.fields.join('.')}` : term.kind)

import { unquoted } from '../literals.ts'
import { functions } from './functions.ts'

/** A Go template, read. */
export type Template = Part[]

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'output'; pipe: Pipe }
  | { kind: 'assign'; name: string; pipe: Pipe }
  | { kind: 'if' | 'with'; pipe: Pipe; body: Template; otherwise: Template }
  | { kind: 'range'; index: string | null; element: string | null; pipe: Pipe; body: Template; otherwise: Template }

/** Commands of which each gets the result of the one before it as its last argument. */
export interface Pipe {
  /** `$name := ...`, in `if`, `with` and alone. */
  declares: string | null
  commands: Command[]
}

/** The first term is called with the others. */
export interface Command {
  terms: Term[]
}

export type Term =
  | { kind: 'value'; value: string | number | bigint | boolean | null }
  | { kind: 'function'; name: string }
  /** `.a.b`, `$x.a`, `.`: what the variable (or the dot, where it is null) holds, then its fields. */
  | { kind: 'fields'; variable: string | null; fields: string[] }
  | { kind: 'pipe'; pipe: Pipe; fields: string[] }

/** @throws SyntaxError */
export function parseTemplate(text: string): Template {
  const reader = new TemplateReader(actions(text))
  const template = reader.template(0)
  reader.expectEnd()
  return template
}

type Piece = { text: string } | { tokens: Token[] }

interface Token {
  kind: 'word' | 'field' | 'variable' | 'dot' | 'string' | 'number' | 'sign'
  text: string
  /** Whether whitespace comes before. */
  spaced: boolean
}

/** Splits a template into texts and `{{ }}`, of which `{{-` and `-}}` take the whitespace beside them. */
function actions(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trims = false
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    let plain = text.slice(at, open < 0 ? undefined : open)
    if (trims) plain = plain.trimStart()
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(text.slice(open, open + 4))
    if (trimsBefore) plain = plain.trimEnd()
    if (plain !== '') pieces.push({ text: plain })
    if (open < 0) break
    const { tokens, end } = tokensUntilEnd(text, open + (trimsBefore ? 3 : 2))
    trims = /\s-$/.test(text.slice(0, end - 2)) && text.startsWith('}}', end - 2)
    if (tokens.length > 0) pieces.push({ tokens })
    at = end
  }
  return pieces
}

const tokenAt =
  /(\s*)(?:(\/\*[\s\S]*?\*\/)|("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)+')|([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|0x[\da-fA-F]+)(?![\w])|\$(\w*)|\.([\p{L}_][\p{L}\p{N}_]*)|([\p{L}_][\p{L}\p{N}_]*)|(\.)|(:=|[|()=,])|(-?\}\}))/uy

function tokensUntilEnd(text: string, from: number): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let at = from
  for (;;) {
    tokenAt.lastIndex = at
    const found = tokenAt.exec(text)
    if (!found)
      throw new SyntaxError(
        `template: unexpected ${JSON.stringify(text.slice(at).trim().slice(0, 20)) || 'end'} in an action; does it end with }}?`,
      )
    const [whole, space, comment, quoted, number, variable, field, word, dot, sign, end] = found
    at += whole.length
    const spaced = space !== ''
    if (end !== undefined) return { tokens, end: at }
    if (comment !== undefined) continue
    if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted, spaced })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, spaced })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable, spaced })
    else if (field !== undefined) tokens.push({ kind: 'field', text: field, spaced })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, spaced })
    else tokens.push({ kind: dot === undefined ? 'sign' : 'dot', text: dot ?? sign!, spaced })
  }
}

const depthMax = 50

class TemplateReader {
  readonly #pieces: Piece[]
  #piece = 0
  #tokens: Token[] = []
  #token = 0

  constructor(pieces: Piece[]) {
    this.#pieces = pieces
  }

  /** Parts until one that closes a block: `end` or `else`. */
  template(depth: number): Template {
    if (depth > depthMax) throw new SyntaxError('template: nested too deeply')
    const parts: Template = []
    for (; this.#piece < this.#pieces.length;) {
      const piece = this.#pieces[this.#piece]!
      if ('text' in piece) {
        parts.push({ kind: 'text', text: piece.text })
        this.#piece++
        continue
      }
      const [first] = piece.tokens
      if (first!.kind === 'word' && (first!.text === 'end' || first!.text === 'else')) return parts
      this.#tokens = piece.tokens
      this.#token = 0
      this.#piece++
      parts.push(this.#action(depth))
    }
    return parts
  }

  expectEnd(): void {
    if (this.#piece < this.#pieces.length) throw new SyntaxError('template: {{end}} or {{else}} without a beginning')
  }

  #action(depth: number): Part {
    const word = this.#peek()
    if (word?.kind === 'word' && (word.text === 'if' || word.text === 'with')) {
      this.#token++
      const pipe = this.#wholePipe()
      return { kind: word.text, pipe, ...this.#branches(depth) }
    }
    if (word?.kind === 'word' && word.text === 'range') return this.#range(depth)
    if (word?.kind === 'word' && unsupported.has(word.text))
      throw new SyntaxError(`template: ${word.text} is not supported`)
    if (word?.kind === 'variable' && this.#peek(1)?.text === '=') {
      this.#token += 2
      return { kind: 'assign', name: word.text, pipe: this.#wholePipe() }
    }
    return { kind: 'output', pipe: this.#wholePipe() }
  }

  #range(depth: number): Part {
    this.#token++
    const [first, comma, second] = [this.#peek(), this.#peek(1), this.#peek(2)]
    let index: string | null = null
    let element: string | null = null
    if (
      first?.kind === 'variable' &&
      comma?.text === ',' &&
      second?.kind === 'variable' &&
      this.#peek(3)?.text === ':='
    ) {
      index = first.text
      element = second.text
      this.#token += 4
    } else if (first?.kind === 'variable' && comma?.text === ':=') {
      element = first.text
      this.#token += 2
    }
    const pipe = this.#wholePipe()
    return { kind: 'range', index, element, pipe, ...this.#branches(depth) }
  }

  #branches(depth: number): { body: Template; otherwise: Template } {
    const body = this.template(depth + 1)
    const [closing, following] = this.#closing()
    if (closing.text === 'end') return { body, otherwise: [] }
    if (following) {
      this.#token = 1
      return { body, otherwise: [this.#action(depth + 1)] }
    }
    const otherwise = this.template(depth + 1)
    if (this.#closing()[0].text !== 'end') throw new SyntaxError('template: a second {{else}}')
    return { body, otherwise }
  }

  #closing(): [word: Token, following: boolean] {
    const piece = this.#pieces[this.#piece++]
    if (!piece || !('tokens' in piece)) throw new SyntaxError('template: a block has no {{end}}')
    this.#tokens = piece.tokens
    return [piece.tokens[0]!, piece.tokens.length > 1]
  }

  #wholePipe(): Pipe {
    const pipe = this.#pipe(0)
    const left = this.#peek()
    if (left) throw new SyntaxError(`template: unexpected ${JSON.stringify(left.text)}`)
    return pipe
  }

  #pipe(depth: number): Pipe {
    if (depth > depthMax) throw new SyntaxError('template: nested too deeply')
    let declares: string | null = null
    const first = this.#peek()
    if (first?.kind === 'variable' && this.#peek(1)?.text === ':=') {
      declares = first.text
      this.#token += 2
    }
    const commands = [this.#command(depth)]
    while (this.#peek()?.text === '|' && this.#peek()?.kind === 'sign') {
      this.#token++
      commands.push(this.#command(depth))
    }
    return { declares, commands }
  }

  #command(depth: number): Command {
    const terms: Term[] = []
    for (let token = this.#peek(); token; token = this.#peek()) {
      if (token.kind === 'sign' && token.text !== '(') break
      terms.push(this.#term(token, depth))
    }
    if (terms.length === 0) throw new SyntaxError('template: missing value for command')
    return { terms }
  }

  #term(token: Token, depth: number): Term {
    this.#token++
    switch (token.kind) {
      case 'string':
        return { kind: 'value', value: stringValue(token.text) }
      case 'number':
        return {
          kind: 'value',
          value: /^[+-]?\d+$|^0x/.test(token.text) ? BigInt(token.text.replace(/^\+/, '')) : Number(token.text),
        }
      case 'word':
        return wordTerm(token.text)
      case 'dot':
        return { kind: 'fields', variable: null, fields: [] }
      case 'field':
        return { kind: 'fields', variable: null, fields: [token.text, ...this.#fields()] }
      case 'variable':
        return { kind: 'fields', variable: token.text, fields: this.#fields() }
      case 'sign': {
        const pipe = this.#pipe(depth + 1)
        if (this.#peek()?.text !== ')') throw new SyntaxError('template: unclosed left paren')
        this.#token++
        return { kind: 'pipe', pipe, fields: this.#fields() }
      }
    }
  }

  #fields(): string[] {
    const fields: string[] = []
    for (let next = this.#peek(); next?.kind === 'field' && !next.spaced; next = this.#peek()) {
      fields.push(next.text)
      this.#token++
    }
    return fields
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#token + ahead]
  }
}

const unsupported = new Set(['define', 'template', 'block', 'break', 'continue'])

function wordTerm(word: string): Term {
  if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' }
  if (word === 'nil') return { kind: 'value', value: null }
  if (!functions.has(word)) throw new SyntaxError(`template: function ${JSON.stringify(word)} not defined`)
  return { kind: 'function', name: word }
}

function stringValue(literal: string): string | bigint {
  if (!literal.startsWith("'")) return unquoted(literal)
  return BigInt(unquoted(literal).codePointAt(0)!)
}

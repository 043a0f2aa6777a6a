/** A text that every match of a pattern contains. With `caseSensitive` false its ASCII letters may differ in case. */
export interface Literal {
  text: string
  caseSensitive: boolean
}

/**
 * The longest literal that every text matched by the RE2 `pattern` must contain, so that a store may look for that
 * first; null where none is certain. A pattern that does not compile may get any answer.
 */
export function requiredLiteral(pattern: string): Literal | null {
  try {
    return new Reader(pattern).whole()
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

/** The pattern has something whose meaning is not certain here. */
class Unreadable extends Error {}

/** What is known of a part of a pattern: `exact` is all it can match, `best` is contained in whatever it matches. */
interface Part {
  exact: Literal | null
  best: Literal | null
}

const anything: Part = { exact: null, best: null }
const nothing: Part = { exact: { text: '', caseSensitive: true }, best: null }
const repeatedMax = 64

class Reader {
  readonly #pattern: string
  #at = 0
  #foldsCase = false

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  whole(): Literal | null {
    const part = this.#alternatives(0)
    if (this.#at < this.#pattern.length) throw new Unreadable()
    return longest(part.best, part.exact)
  }

  /** Flags set inside a group hold until it ends, also in the alternatives that follow. */
  #alternatives(depth: number): Part {
    if (depth > 200) throw new Unreadable()
    const branches = [this.#sequence(depth)]
    while (this.#take('|')) branches.push(this.#sequence(depth))
    return branches.length === 1 ? branches[0]! : eitherOf(branches)
  }

  #sequence(depth: number): Part {
    const run = new Run()
    while (this.#at < this.#pattern.length && !this.#next('|') && !this.#next(')')) {
      if (this.#take('\\Q')) this.#quoted(run)
      else run.add(...this.#repeated(this.#atom(depth)))
    }
    return run.part()
  }

  #quoted(run: Run): void {
    const end = this.#pattern.indexOf('\\E', this.#at)
    const text = this.#pattern.slice(this.#at, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#pattern.length : end + 2
    const characters = Array.from(text)
    const last = characters.pop()
    for (const character of characters) run.add(this.#character(character), 1, 1)
    if (last !== undefined) run.add(...this.#repeated(this.#character(last)))
  }

  #repeated(part: Part): [part: Part, min: number, max: number] {
    let min = 1
    let max = 1
    for (;;) {
      const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 16))
      if (this.#take('*')) [min, max] = [0, Infinity]
      else if (this.#take('+')) max = Infinity
      else if (this.#take('?')) min = 0
      else if (counted) {
        this.#at += counted[0].length
        min *= Number(counted[1])
        max *= counted[2] === undefined ? Number(counted[1]) : counted[3] === '' ? Infinity : Number(counted[3])
      } else return [part, min, max]
    }
  }

  #atom(depth: number): Part {
    if (this.#take('(')) return this.#group(depth)
    if (this.#take('[')) return this.#class()
    if (this.#take('\\')) return this.#escape()
    if (this.#take('.')) return anything
    if (this.#take('^') || this.#take('$')) return nothing
    return this.#character(this.#one())
  }

  #group(depth: number): Part {
    const foldedCase = this.#foldsCase
    if (this.#take('?')) {
      const kind = /^(?:P?<\w+>|([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)]))/.exec(this.#pattern.slice(this.#at))
      if (!kind) throw new Unreadable()
      this.#at += kind[0].length
      const [, on = '', off = '', end] = kind
      if (on.includes('i')) this.#foldsCase = true
      if (off.includes('i')) this.#foldsCase = false
      if (end === ')') return nothing
    }
    const part = this.#alternatives(depth + 1)
    if (!this.#take(')')) throw new Unreadable()
    this.#foldsCase = foldedCase
    return part
  }

  /** Only a class of one plain character, as in `[.]`, says what it matches. */
  #class(): Part {
    const single = /^([^\\^[\]])\]/u.exec(this.#pattern.slice(this.#at, this.#at + 3))
    if (single) {
      this.#at += single[0].length
      return this.#character(single[1]!)
    }
    this.#take('^')
    this.#take(']')
    while (!this.#take(']')) {
      if (this.#take('\\')) this.#escape()
      else if (this.#take('[:')) this.#past(':]')
      else this.#one()
    }
    return anything
  }

  #escape(): Part {
    const character = this.#one()
    if (/[AzbB]/.test(character)) return nothing
    if (/[dDsSwWC]/.test(character)) return anything
    if (character === 'p' || character === 'P') {
      if (this.#take('{')) this.#past('}')
      else this.#one()
      return anything
    }
    const control = controls[character]
    if (control !== undefined) return this.#character(control)
    if (character === 'x') return this.#hexadecimal()
    if (/[a-zA-Z0-9]/.test(character)) throw new Unreadable()
    return this.#character(character)
  }

  #hexadecimal(): Part {
    const digits = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(this.#pattern.slice(this.#at, this.#at + 8))
    if (!digits) throw new Unreadable()
    this.#at += digits[0].length
    const point = Number.parseInt(digits[1] ?? digits[2]!, 16)
    if (point > 0x10ffff) throw new Unreadable()
    return this.#character(String.fromCodePoint(point))
  }

  /** Where case does not matter, `k`, `s` and letters beyond ASCII also match letters that ASCII folding does not know. */
  #character(character: string): Part {
    if (!this.#foldsCase) return literally({ text: character, caseSensitive: true })
    return /[ksKS\u0080-\u{10ffff}]/u.test(character) ? anything : literally({ text: character, caseSensitive: false })
  }

  #one(): string {
    const point = this.#pattern.codePointAt(this.#at)
    if (point === undefined) throw new Unreadable()
    const character = String.fromCodePoint(point)
    this.#at += character.length
    return character
  }

  #next(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at)
  }

  #take(text: string): boolean {
    if (!this.#next(text)) return false
    this.#at += text.length
    return true
  }

  #past(text: string): void {
    const end = this.#pattern.indexOf(text, this.#at)
    if (end < 0) throw new Unreadable()
    this.#at = end + text.length
  }
}

const controls: Record<string, string> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' }

const literally = (exact: Literal): Part => ({ exact, best: exact })

/** Parts one after the other: neighbours of which each is exact make one literal. */
class Run {
  #running: Literal = { text: '', caseSensitive: true }
  #best: Literal | null = null
  #exact = true

  add(part: Part, min: number, max: number): void {
    const { exact } = part
    if (exact?.text === '') return
    if (min === 0) return this.#break()
    if (!exact) {
      this.#break()
      this.#best = longest(this.#best, part.best)
      return
    }
    const text = exact.text.repeat(Math.min(min, Math.max(1, Math.ceil(repeatedMax / exact.text.length))))
    this.#append({ ...exact, text })
    if (max === min && text.length === exact.text.length * min) return
    this.#break()
    this.#append({ ...exact, text })
  }

  part(): Part {
    const exact = this.#exact ? this.#running : null
    return { exact, best: longest(this.#best, this.#running) }
  }

  #append({ text, caseSensitive }: Literal): void {
    if (this.#running.text !== '' && this.#running.caseSensitive !== caseSensitive) this.#break()
    this.#running = { text: this.#running.text + text, caseSensitive }
  }

  #break(): void {
    this.#best = longest(this.#best, this.#running)
    this.#running = { text: '', caseSensitive: true }
    this.#exact = false
  }
}

function eitherOf(branches: Part[]): Part {
  const literals = branches.map(({ best, exact }) => longest(best, exact))
  const common = literals.find((candidate) => literals.every((other) => within(candidate, other)))
  return { exact: null, best: common ?? null }
}

function within(inner: Literal | null, outer: Literal | null): boolean {
  if (!inner || !outer) return false
  if (inner.caseSensitive) return outer.caseSensitive && outer.text.includes(inner.text)
  return outer.text.toLowerCase().includes(inner.text.toLowerCase())
}

function longest(a: Literal | null, b: Literal | null): Literal | null {
  const longer = (b?.text.length ?? 0) > (a?.text.length ?? 0) ? b : a
  return longer?.text ? longer : null
}

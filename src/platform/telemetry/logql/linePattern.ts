/** A pattern as of `| pattern` and `|>`: literals and captures in turn. `names` of captures; `_` for those not wanted. */
export interface LinePattern {
  names: string[]
  /** Texts of the captures, as many as were found before the pattern went astray. */
  captures(line: string): string[]
  /** Whether the whole line has the shape. */
  test(line: string): boolean
  /** Texts that a line of the shape contains. */
  literals: string[]
}

/**
 * `<ip> - <_> "<method> <path>"`. A parser needs a named capture, a filter must not have one.
 * @throws SyntaxError
 */
export function linePattern(pattern: string, use: 'parser' | 'filter'): LinePattern {
  const parts = pattern.split(/<([a-zA-Z_]\w*)>/)
  const literals = parts.filter((_, index) => index % 2 === 0)
  const names = parts.filter((_, index) => index % 2 === 1)
  const named = names.filter((name) => name !== '_')
  if (use === 'parser' && named.length === 0) throw new SyntaxError('at least one capture is required, such as <name>')
  if (use === 'filter' && named.length > 0) throw new SyntaxError('named captures are not allowed here; use <_>')
  if (new Set(named).size < named.length)
    throw new SyntaxError(`duplicate capture name in pattern ${JSON.stringify(pattern)}`)
  if (literals.slice(1, -1).includes('')) throw new SyntaxError('found consecutive capture; put a literal between them')
  return {
    names,
    captures: (line) => captures(line, literals),
    test: (line) => shaped(line, literals),
    literals: literals.filter((literal) => literal !== ''),
  }
}

function captures(line: string, [first, ...rest]: string[]): string[] {
  if (!line.startsWith(first!)) return []
  const found: string[] = []
  let at = first!.length
  for (const [index, literal] of rest.entries()) {
    const isLast = index === rest.length - 1
    const end = isLast && literal === '' ? line.length : line.indexOf(literal, at)
    if (end < 0) {
      found.push(line.slice(at))
      return found
    }
    found.push(line.slice(at, end))
    at = end + literal.length
  }
  return found
}

function shaped(line: string, literals: string[]): boolean {
  const last = literals.length - 1
  if (last === 0) return line.includes(literals[0]!)
  if (!line.startsWith(literals[0]!) || !line.endsWith(literals[last]!)) return false
  let at = literals[0]!.length
  for (const literal of literals.slice(1, -1)) {
    const found = line.indexOf(literal, at)
    if (found < 0) return false
    at = found + literal.length
  }
  const left = line.length - literals[last]!.length - at
  return literals[last] === '' ? left > 0 : left >= 0
}

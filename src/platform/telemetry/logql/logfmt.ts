/**
 * Calls `visit` for each `key=value` of a line; `value` is null for a key alone. Stops where it answers false.
 * @returns what is wrong with the first pair that is malformed; with `strict` nothing is read behind it
 */
export function eachPair(
  line: string,
  strict: boolean,
  visit: (key: string, value: string | null) => boolean | void,
): string | null {
  let wrong: string | null = null
  let at = 0
  while (at < line.length) {
    if (line.charCodeAt(at) <= 32) {
      at++
      continue
    }
    const pair = pairAt(line, at)
    if (pair.wrong !== null) {
      wrong ??= `logfmt syntax error at pos ${pair.keyEnd + 1} : ${pair.wrong}`
      if (strict) return wrong
    } else if (visit(line.slice(at, pair.keyEnd), pair.value) === false) return wrong
    at = pair.to
  }
  return wrong
}

interface Pair {
  /** Of a malformed pair, where it goes wrong. */
  keyEnd: number
  value: string | null
  to: number
  wrong: string | null
}

function pairAt(line: string, from: number): Pair {
  const keyEnd = wordEnd(line, from)
  if (line[keyEnd] === '"') return malformed(line, keyEnd, `unexpected '"'`)
  if (keyEnd === from) return malformed(line, keyEnd, "unexpected '='")
  if (line[keyEnd] !== '=') return { keyEnd, value: null, to: keyEnd, wrong: null }
  if (line[keyEnd + 1] === '"') return quoted(line, keyEnd)
  const to = wordEnd(line, keyEnd + 1)
  if (to < line.length && line.charCodeAt(to) > 32) return malformed(line, to, `unexpected '${line[to]}'`)
  return { keyEnd, value: line.slice(keyEnd + 1, to), to, wrong: null }
}

function quoted(line: string, keyEnd: number): Pair {
  let to = keyEnd + 2
  let hasEscapes = false
  while (to < line.length && line[to] !== '"') {
    if (line[to] === '\\') {
      hasEscapes = true
      to++
    }
    to++
  }
  if (to >= line.length)
    return { keyEnd: line.length, value: null, to: line.length, wrong: 'unterminated quoted value' }
  const inner = line.slice(keyEnd + 2, to)
  return { keyEnd, value: hasEscapes ? unescaped(inner) : inner, to: to + 1, wrong: null }
}

function malformed(line: string, at: number, wrong: string): Pair {
  let to = at + 1
  while (to < line.length && line.charCodeAt(to) > 32) to++
  return { keyEnd: at, value: null, to, wrong }
}

function wordEnd(line: string, at: number): number {
  while (at < line.length) {
    const code = line.charCodeAt(at)
    if (code <= 32 || code === 61 || code === 34) break
    at++
  }
  return at
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, point?: string, simple?: string) =>
    point ? String.fromCharCode(Number.parseInt(point, 16)) : (escapes[simple!] ?? simple!),
  )

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

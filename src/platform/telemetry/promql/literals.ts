/** Number of a literal without sign, or undefined where the text is none, as `5m` is not. */
export function numberOf(text: string): number | undefined {
  const lower = text.toLowerCase()
  if (lower === 'inf') return Infinity
  if (lower === 'nan') return NaN
  if (/^0x[\da-f]+$/.test(lower)) return Number(lower)
  // A leading zero means octal, unless the digits cannot be.
  if (/^0[0-7]+$/.test(lower)) return Number.parseInt(lower, 8)
  return /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/.test(lower) ? Number(lower) : undefined
}

const simpleEscapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '\\': 92 }
const escape = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]?))/g

/** Text of a literal in its quotes, with the escapes of Go, or undefined where it is not well formed. */
export function stringOf(literal: string): string | undefined {
  const quote = literal.charAt(0)
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined
  const body = literal.slice(1, -1)
  if (quote === '`') return body
  if (body.includes('\n')) return undefined
  return body.includes('\\') ? unescaped(body, quote) : body
}

/** `\xff` and `\377` are bytes, of which several may be one character. */
function unescaped(body: string, quote: string): string | undefined {
  const parts: Buffer[] = []
  let end = 0
  for (const match of body.matchAll(escape)) {
    const bytes = escapedBytes(match, quote)
    if (!bytes) return undefined
    parts.push(Buffer.from(body.slice(end, match.index)), bytes)
    end = match.index + match[0].length
  }
  return Buffer.concat([...parts, Buffer.from(body.slice(end))]).toString()
}

function escapedBytes([, simple, hexByte, octalByte, short, long]: RegExpExecArray, quote: string): Buffer | undefined {
  if (simple === '"' || simple === "'") return simple === quote ? Buffer.from(simple) : undefined
  if (simple !== undefined) return Buffer.of(simpleEscapes[simple]!)
  if (hexByte !== undefined) return Buffer.of(Number.parseInt(hexByte, 16))
  if (octalByte !== undefined) return octalByte <= '377' ? Buffer.of(Number.parseInt(octalByte, 8)) : undefined
  const point = Number.parseInt(short ?? long ?? '', 16)
  const isCharacter = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
  return isCharacter ? Buffer.from(String.fromCodePoint(point)) : undefined
}

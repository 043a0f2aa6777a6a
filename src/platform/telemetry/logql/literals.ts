/** The text that a LogQL string stands for: double quotes with Go's escapes, or backticks. @throws SyntaxError */
export function unquoted(literal: string): string {
  const quote = literal[0]
  if (literal.length < 2 || literal.at(-1) !== quote) throw new SyntaxError('the string has no end')
  const inner = literal.slice(1, -1)
  if (quote === '`') return inner
  return inner.replaceAll(
    /\\(?:([abfnrtv\\'"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))/gsu,
    (whole, simple?: string, octal?: string, hex?: string, short?: string, long?: string) => {
      if (simple) return simpleEscapes[simple] ?? simple
      const point = octal ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? short ?? long ?? '', 16)
      if (!(point <= 0x10ffff))
        throw new SyntaxError(`unknown escape ${whole}; write \\\\ for a backslash, or use backticks`)
      return String.fromCodePoint(point)
    },
  )
}

const simpleEscapes: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Longer texts are no numbers that a person or program wrote; they come from lines, and must cost nothing. */
const numberMax = 64

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  eb: 1e18,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  p: 1e15,
  e: 1e18,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  pib: 2 ** 50,
  eib: 2 ** 60,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  pi: 2 ** 50,
  ei: 2 ** 60,
}

/** `42MB`, `1.5 KiB`, `20`: bytes; NaN for anything else. */
export function byteCount(text: string): number {
  if (text.length > numberMax) return Number.NaN
  const parts = /^([\d.,]+)\s*([a-zA-Z]*)\s*$/.exec(text)
  const unit = byteUnits[parts?.[2]?.toLowerCase() ?? '-']
  if (!parts || unit === undefined || !Object.hasOwn(byteUnits, parts[2]!.toLowerCase())) return Number.NaN
  return Math.trunc(Number(parts[1]!.replaceAll(',', '')) * unit)
}

/** A decimal number as Go reads it; NaN for anything else. */
export function decimal(text: string): number {
  if (text.length > numberMax) return Number.NaN
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text)
  if (/^[+-]?0x[0-9a-fA-F]+$/.test(text)) return text.startsWith('-') ? -Number(text.slice(1)) : Number(text)
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text)
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : Number.NaN
}

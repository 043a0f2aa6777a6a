import { floatOf, integerOf, plainDecimal, printed, TemplateError, type Value } from './value.ts'

const widthMax = 10_000

/** Go's `fmt.Sprintf`, for the verbs that make sense for texts and numbers. */
export function sprintf(format: string, args: Value[]): string {
  let next = 0
  const text = format.replaceAll(
    /%([-+# 0]{0,5})(\d{1,5})?(?:\.(\d{0,5}))?([a-zA-Z%])/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      if (next >= args.length) return `%!${verb}(MISSING)`
      const places = precision === undefined ? null : Number(precision || 0)
      if (Number(width ?? 0) > widthMax || (places ?? 0) > widthMax) throw new TemplateError('printf: too wide')
      return padded(verbText(verb, args[next++]!, flags, places), flags, Number(width ?? 0))
    },
  )
  if (next === args.length) return text
  return `${text}%!(EXTRA ${args
    .slice(next)
    .map((arg) => `${typeName(arg)}=${printed(arg)}`)
    .join(', ')})`
}

function padded(text: string, flags: string, width: number): string {
  const missing = width - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0')) return ' '.repeat(missing) + text
  const signed = /^[+-]/.test(text)
  return (signed ? text[0]! : '') + '0'.repeat(missing) + text.slice(signed ? 1 : 0)
}

function verbText(verb: string, value: Value, flags: string, places: number | null): string {
  const signed = (text: string): string => (flags.includes('+') && !text.startsWith('-') ? `+${text}` : text)
  switch (verb) {
    case 's':
    case 'v':
      if (verb === 's' && isNumber(value)) return wrongType(verb, value)
      return places === null ? printed(value) : Array.from(printed(value)).slice(0, places).join('')
    case 'd':
      return typeof value === 'bigint' ? signed(String(value)) : wrongType(verb, value)
    case 'f':
    case 'F':
      return typeof value === 'number' ? signed(fixed(value, places ?? 6)) : wrongType(verb, value)
    case 'g':
      return typeof value === 'number'
        ? signed(places === null ? printed(value) : String(Number(value.toPrecision(places || 1))))
        : wrongType(verb, value)
    case 'e':
      return typeof value === 'number'
        ? signed(value.toExponential(Math.min(places ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2'))
        : wrongType(verb, value)
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : wrongType(verb, value)
    case 'x':
    case 'X': {
      const hex = typeof value === 'bigint' ? value.toString(16) : Buffer.from(printed(value)).toString('hex')
      return verb === 'X' ? hex.toUpperCase() : hex
    }
    case 't':
      return typeof value === 'boolean' ? String(value) : wrongType(verb, value)
    case 'c':
      return typeof value === 'bigint'
        ? String.fromCodePoint(Number(integerOf(value) & 0x1fffffn) % 0x110000)
        : wrongType(verb, value)
    default:
      return wrongType(verb, value)
  }
}

const isNumber = (value: Value): boolean => typeof value === 'number' || typeof value === 'bigint'

const fixed = (value: number, places: number): string =>
  Math.abs(value) < 1e21
    ? value.toFixed(Math.min(places, 100))
    : `${plainDecimal(floatOf(value))}.${'0'.repeat(places)}`

const wrongType = (verb: string, value: Value): string => `%!${verb}(${typeName(value)}=${printed(value)})`

function typeName(value: Value): string {
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float64'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'interface {}'
}

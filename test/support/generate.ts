import fc from 'fast-check'

/** The part of JSON Schema that the OpenAPI document uses. */
export interface JsonSchema {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  format?: string
  default?: unknown
}

/** Text that has broken parsers, routers, SQL, HTML, shells and terminals elsewhere. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '1e309',
    'NaN',
    'null',
    'undefined',
    'true',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    'toString',
    "' or 1=1 --",
    "'; drop table users; --",
    '" or ""="',
    '%',
    '_',
    '%%',
    '\\',
    '%00',
    '\0',
    '\u0000admin',
    '../../etc/passwd',
    '..%2f..%2f',
    '/etc/passwd',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '${7*7}',
    '{{7*7}}',
    '$(id)',
    '`id`',
    ';id',
    '|id',
    '\r\nx-injected: 1',
    '\u001b]0;title\u0007',
    '\u202edrowssap',
    '😀'.repeat(20),
    'ａｄｍｉｎ',
    'ß',
    'İ',
    '\ud800',
    'a'.repeat(2_000),
    '=cmd|calc',
    '@SUM(1)',
    '9'.repeat(40),
    '2026-13-45',
    '1970-01-01',
  ),
)

/** A value of the schema, now and then just outside it. */
export function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum)
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...schema.enum) }, { weight: 1, arbitrary: hostileText })
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(valueOf))
  if (schema.allOf) return fc.tuple(...schema.allOf.map(valueOf)).map((parts) => Object.assign({}, ...parts))
  switch (schema.type) {
    case 'object':
      return objectOf(schema)
    case 'array':
      return fc.array(schema.items ? valueOf(schema.items) : fc.jsonValue(), { maxLength: 5 })
    case 'integer':
      return fc.oneof(
        fc.integer({
          min: schema.minimum ?? -5,
          max: Math.max(schema.minimum ?? -5, Math.min(schema.maximum ?? 1_000, 1_000)),
        }),
        fc.integer(),
        fc.constantFrom(0, -1, 2 ** 53, 1.5),
      )
    case 'number':
      return fc.oneof(fc.double({ noNaN: true }), fc.integer())
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textOf(schema)
    default:
      return fc.jsonValue()
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: JsonSchema): fc.Arbitrary<unknown> {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)])),
    { requiredKeys: required.filter((name) => name in properties) },
  )
  if (typeof additionalProperties !== 'object') return known
  return fc
    .tuple(known, fc.dictionary(fc.string(), valueOf(additionalProperties), { maxKeys: 3 }))
    .map(([a, b]) => ({ ...b, ...a }))
}

const textOf = ({ format, maxLength = 60 }: JsonSchema): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary:
        format === 'email'
          ? fc.emailAddress()
          : format === 'date-time'
            ? fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
            : fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/),
    },
    { weight: 2, arbitrary: fc.string({ maxLength: Math.min(maxLength, 60) }) },
    { weight: 1, arbitrary: hostileText },
  )

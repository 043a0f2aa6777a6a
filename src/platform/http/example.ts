/** The part of JSON Schema that contracts produce. */
interface Schema {
  type?: string
  format?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  example?: unknown
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  minimum?: number
}

const texts: Record<string, string> = {
  'date-time': '2026-01-31T08:00:00.000Z',
  email: 'mara@example.com',
  id: '01a201ce-2176-747b-8b8c-c7d2b11d38f7',
  username: 'mara',
  address: '10.0.0.7',
  password: 'correct horse battery staple',
}

/**
 * A value of the schema to show in the documentation, where a contract gives none of its own: the
 * example or default of each part, else the first choice, else something of the right type. `name` is
 * that of the field, which says more about a text than its type does.
 */
export function exampleOf(schema: Schema, name = ''): unknown {
  const { example, const: constant, default: preset, enum: choices } = schema
  const given = [example, constant, preset, choices?.[0]].find((value) => value !== undefined)
  if (given !== undefined) return given
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return exampleOf(alternatives[0] ?? {}, name)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, name)))
  return exampleOfType(schema, name)
}

function exampleOfType(
  { type, format, items, properties, additionalProperties, minimum }: Schema,
  name: string,
): unknown {
  switch (type) {
    case 'object':
      return properties || typeof additionalProperties !== 'object'
        ? Object.fromEntries(Object.entries(properties ?? {}).map(([key, part]) => [key, exampleOf(part, key)]))
        : { name: exampleOf(additionalProperties) }
    case 'array':
      return items ? [exampleOf(items, name.replace(/s$/, ''))] : []
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return Math.max(1, minimum ?? 1)
    case 'null':
      return null
    default:
      return textOf(format, name)
  }
}

function textOf(format: string | undefined, name: string): string {
  const kind = [format, name, name.split('_').at(-1)].find((key) => key !== undefined && Object.hasOwn(texts, key))
  return kind ? texts[kind]! : 'text'
}

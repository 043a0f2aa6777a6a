import * as z from 'zod'
import type { Access, Endpoint } from '#kernel/contract.ts'
import { errorStatus, type ErrorCode } from '#kernel/errors.ts'
import { spellings, type Operation } from './endpoints.ts'
import { exampleOf } from './example.ts'

type Json = Record<string, unknown>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' })
  return rest
}

/** OpenAPI 3.1 of every operation, from the same schemas that check requests and write replies. */
export function openApiDocument(
  operations: readonly Operation[],
  { version, apiPrefix }: { version: string; apiPrefix: string },
): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of operations) {
    const mount = operation.endpoint.mount === 'root' ? '' : apiPrefix
    for (const [index, { method, path }] of spellings(operation.endpoint).entries()) {
      const item = (paths[mount + path.replace('*}', '}')] ??= {})
      item[method.toLowerCase()] = operationObject(operation, index)
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Miktos',
      version,
      description: `What stands here under \`${apiPrefix}\` stands under \`/api\` as well, with the same resource in the envelope \`{"success": true, "data": …}\`. Times are ISO 8601 in UTC with milliseconds. Every answer carries \`x-request-id\`.`,
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: { securitySchemes, schemas: { Error: errorSchema } },
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An access token, an API key (`mk_…`) or ADMIN_TOKEN' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'miktos_access' },
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorStatus) },
        message: { type: 'string', description: 'For people; it may change' },
        details: { type: 'object', description: 'The field, id or limit that is meant' },
      },
    },
  },
}

function operationObject({ id, feature, endpoint }: Operation, spelling: number): Json {
  const { summary, description, access, rate = 'general', question, sensitive, body, example } = endpoint
  return {
    operationId: spelling === 0 ? id : `${id}.${spelling + 1}`,
    tags: [feature],
    summary,
    description: [
      description,
      accessText(access),
      `Counted as: ${rate}.`,
      question && `Within a minute the same \`${question[1]}\` counts once, and each request as general.`,
      sensitive && 'Sensitive: needs a fresh login or a signed request.',
    ]
      .filter(Boolean)
      .join('\n\n'),
    'x-permission': access,
    'x-rate-class': rate,
    ...(sensitive && { 'x-sensitive': true }),
    ...(access === 'public' && { security: [{}] }),
    parameters: [...parameters(endpoint, 'params', 'path'), ...parameters(endpoint, 'query', 'query')],
    ...(endpoint.consumes && {
      requestBody: { required: endpoint.consumes === 'bytes', content: consumed[endpoint.consumes] },
    }),
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: jsonContent(schemaOf(body, 'input'), example?.body),
      },
    }),
    responses: responses(endpoint),
  }
}

const consumed: Record<NonNullable<Endpoint['consumes']>, Json> = {
  bytes: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  form: {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object', description: 'The same fields as in the query', additionalProperties: true },
    },
  },
}

function accessText(access: Access): string {
  if (access === 'public') return 'Open to everybody.'
  if (access === 'authenticated') return 'Needs a login or an API key.'
  if (access === 'session') return 'Needs a login; API keys are refused.'
  return `Needs the permission ${[access]
    .flat()
    .map((permission) => `\`${permission}\``)
    .join(' or ')}.`
}

function parameters(endpoint: Endpoint, part: 'params' | 'query', location: 'path' | 'query'): Json[] {
  const schema = endpoint[part]
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
    example: exampleOf(property, name),
  }))
}

/** With the contract's own example, or one made from the schema. */
const jsonContent = (schema: Json, example: unknown = exampleOf(schema)): Json => ({
  'application/json': { schema, example },
})

function responses(endpoint: Endpoint): Json {
  const { status = 200, produces, reply, example } = endpoint
  const content = produces
    ? { [produces]: { schema: { type: 'string' } } }
    : jsonContent(schemaOf(reply, 'output'), example?.reply)
  const byStatus = Map.groupBy(errorsOf(endpoint), (code) => errorStatus[code])
  const failures = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([code, codes]) => [
      code,
      {
        description: codes.join(', '),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            example: { error: { code: codes[0], message: 'What is wrong, and what would be right', details: {} } },
          },
        },
      },
    ])
  const success = status === 204 ? { description: 'Success, with nothing to say' } : { description: 'Success', content }
  return { [status]: success, ...Object.fromEntries(failures) }
}

/** What every endpoint can answer by its nature, and what its contract adds. */
export function errorsOf({
  access,
  rate,
  sensitive,
  params,
  query,
  body,
  consumes,
  errors = [],
}: Endpoint): ErrorCode[] {
  const codes: ErrorCode[] = [
    ...errors,
    'INTERNAL_ERROR',
    'UPSTREAM_UNAVAILABLE',
    'ADDRESS_NOT_ALLOWED',
    'MALFORMED_REQUEST',
  ]
  if (access !== 'public') codes.push('UNAUTHENTICATED', 'TOKEN_EXPIRED')
  if (access !== 'public' && access !== 'authenticated') codes.push('PERMISSION_DENIED')
  if (rate !== 'unlimited') codes.push('RATE_LIMITED')
  if (sensitive) codes.push('REAUTHENTICATION_REQUIRED', 'SIGNATURE_REQUIRED')
  if (params || query || body) codes.push('VALIDATION_FAILED')
  if (body || consumes) codes.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  return [...new Set(codes)]
}

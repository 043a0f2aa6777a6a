import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFeatures } from '#features/index.ts'
import { operationsOf } from './endpoints.ts'
import { openApiDocument } from './openapi.ts'

const operations = operationsOf(createFeatures().features)
const document = openApiDocument(operations, { version: '1.0.0', apiPrefix: '/api/v1' })

interface Content {
  'application/json'?: { example?: unknown; schema: unknown }
}
interface Documented {
  operationId: string
  'x-permission': unknown
  'x-rate-class': string
  parameters: { name: string; example: unknown }[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
const items = Object.values(document['paths'] as Record<string, Record<string, Documented>>).flatMap((item) =>
  Object.values(item),
)

describe('the OpenAPI document', () => {
  test('has every operation under every spelling, each with permission, rate class, errors and examples', () => {
    assert.deepEqual(
      new Set(items.map(({ operationId }) => operationId.replace(/\.\d+$/, ''))),
      new Set(operations.map(({ id }) => id)),
    )
    assert.equal(new Set(items.map(({ operationId }) => operationId)).size, items.length)
    for (const { operationId, parameters, requestBody, responses, ...item } of items) {
      assert.ok(item['x-permission'], operationId)
      assert.ok(item['x-rate-class'], operationId)
      assert.ok(
        Object.keys(responses).some((status) => Number(status) >= 400),
        operationId,
      )
      assert.ok(
        parameters.every(({ example }) => example !== undefined),
        operationId,
      )
      for (const { content = {} } of [requestBody, ...Object.values(responses)].filter((part) => part !== undefined)) {
        const json = content['application/json']
        if (json) assert.ok(json.example !== undefined, operationId)
      }
    }
  })

  test('shows bodies that the operations accept', () => {
    for (const { id, endpoint } of operations) {
      const shown = items.find(({ operationId }) => operationId === id)?.requestBody?.content['application/json']
        ?.example
      if (!endpoint.body || shown === undefined) continue
      const parsed = endpoint.body.safeParse(shown)
      assert.ok(parsed.success, `${id}: ${JSON.stringify(shown)} ${JSON.stringify(parsed.error?.issues)}`)
    }
  })
})

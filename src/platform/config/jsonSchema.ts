import * as z from 'zod'
import { settingKeys, settingOf, type SettingKey } from './settings.ts'

/** JSON Schema (draft 2020-12) of `miktos.yaml`, for editors that complete and check it. */
export const configJsonSchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'miktos.yaml',
  description: 'Settings of Miktos. Flags and environment variables win over this file.',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(settingKeys.map((key) => [key, propertyOf(key)])),
})

function propertyOf(key: SettingKey): Record<string, unknown> {
  const { kind, description, initial, derived } = settingOf(key)
  const { $schema: _, ...schema } = z.toJSONSchema(kind.schema, { io: 'input' })
  const explained = derived === undefined ? description : `${description}. Default: ${derived}`
  return { description: explained, ...schema, ...(initial === undefined ? {} : { default: initial }) }
}

import { configJsonSchema } from '#platform/config/jsonSchema.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { settingsEndpoints } from './contract.ts'
import { updateSettings } from './settings.ts'
import { configuration } from './view.ts'

export const settingsHandlers: Handlers<typeof settingsEndpoints> = {
  get: (ctx) => configuration(ctx),
  update: async (ctx, { body, query }) => {
    const changed = await updateSettings(ctx, body, query)
    return { ...(await configuration(ctx)), changed }
  },
  schema: () => configJsonSchema(),
}

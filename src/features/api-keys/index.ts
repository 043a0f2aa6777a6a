import { feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { startNonceSweep } from './confirmSigned.ts'
import { apiKeysEndpoints } from './contract.ts'
import { startKeyRetention } from './retention.ts'
import { apiKeyHandlers } from './routes.ts'
import { keyMigrations } from './store.ts'

export { bootstrapKeyId, confirmSigned } from './confirmSigned.ts'
export { identifyKey, recheckKey } from './identify.ts'
export { signRequest } from './signature.ts'
export { keyPrefix } from './token.ts'

export const apiKeysFeature = feature({
  name: 'api-keys',
  migrations: keyMigrations,
  endpoints: apiKeysEndpoints,
  handlers: apiKeyHandlers,
  start: (platform) => {
    return stopEach([startNonceSweep(platform), startKeyRetention(platform)])
  },
})

import { feature } from '#platform/http/endpoints.ts'
import { mfaEndpoints } from './contract.ts'
import { mfaHandlers } from './routes.ts'
import { mfaMigrations } from './store.ts'

export { secondFactorMatches } from './secondFactor.ts'

export const mfaFeature = feature({
  name: 'mfa',
  migrations: mfaMigrations,
  endpoints: mfaEndpoints,
  handlers: mfaHandlers,
})

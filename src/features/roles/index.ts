import { feature } from '#platform/http/endpoints.ts'
import { rolesEndpoints } from './contract.ts'
import { roleHandlers } from './routes.ts'
import { roleMigrations } from './store.ts'

export { findRole } from './store.ts'
export { requireCovers } from './roles.ts'

export const rolesFeature = feature({
  name: 'roles',
  migrations: roleMigrations,
  endpoints: rolesEndpoints,
  handlers: roleHandlers,
})

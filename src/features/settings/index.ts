import { feature } from '#platform/http/endpoints.ts'
import { followStoredSettings } from './apply.ts'
import { settingsEndpoints } from './contract.ts'
import { settingsHandlers } from './routes.ts'
import { settingMigrations } from './store.ts'

export { applyStoredSettings } from './apply.ts'

export const settingsFeature = feature({
  name: 'settings',
  migrations: settingMigrations,
  endpoints: settingsEndpoints,
  handlers: settingsHandlers,
  start: followStoredSettings,
})

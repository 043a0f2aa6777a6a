import { feature, type Feature } from '#platform/http/endpoints.ts'
import { channelMigrations } from './channels/store.ts'
import { notificationsEndpoints } from './contract.ts'

/** How alerts reach people and programs. */
export function createNotifications(): Feature {
  return feature({
    name: 'notifications',
    migrations: [...channelMigrations],
    endpoints: notificationsEndpoints,
    handlers: {},
  })
}

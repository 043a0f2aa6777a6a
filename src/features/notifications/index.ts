import { feature, type Feature } from '#platform/http/endpoints.ts'
import { usersOfChannel } from './channelUse.ts'
import { channelHandlers } from './channels/routes.ts'
import { channelMigrations } from './channels/store.ts'
import { notificationsEndpoints } from './contract.ts'
import { startDelivery } from './deliver.ts'
import { deliveryMigrations } from './deliveries/store.ts'
import { deliveryHandlers, policyHandlers, routingHandlers, silenceHandlers } from './deliveryRoutes.ts'
import { pipelineMigrations } from './pipeline/store.ts'
import { policyMigrations } from './policies/store.ts'
import { routingMigrations } from './routing/store.ts'
import { silenceMigrations } from './silences/store.ts'
import { transferHandlers } from './transfer/transfer.ts'

export { routedAlerts, type RoutedAlert } from './pipeline/describe.ts'
export { enabledChannels } from './pipeline/read.ts'
export {
  createSilence,
  expireSilence,
  silenceOrThrow as oneSilence,
  stateOf as silenceState,
  updateSilence,
} from './silences/silences.ts'
export { allSilences, type StoredSilence } from './silences/store.ts'

/** How alerts reach people and programs. */
export function createNotifications(): Feature {
  return feature({
    name: 'notifications',
    migrations: [
      ...channelMigrations,
      ...routingMigrations,
      ...policyMigrations,
      ...silenceMigrations,
      ...deliveryMigrations,
      ...pipelineMigrations,
    ],
    endpoints: notificationsEndpoints,
    handlers: {
      ...channelHandlers(usersOfChannel),
      ...routingHandlers,
      ...policyHandlers,
      ...silenceHandlers,
      ...deliveryHandlers,
      ...transferHandlers,
    },
    start: startDelivery,
  })
}

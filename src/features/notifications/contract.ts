import type { Endpoints } from '#kernel/contract.ts'
import { channelsEndpoints } from './channels/contract.ts'
import { deliveryEndpoints } from './deliveries/contract.ts'
import { policyEndpoints } from './policies/contract.ts'
import { routingEndpoints } from './routing/contract.ts'
import { silenceEndpoints } from './silences/contract.ts'
import { transferEndpoints } from './transfer/contract.ts'

export const notificationsEndpoints = {
  ...channelsEndpoints,
  ...routingEndpoints,
  ...policyEndpoints,
  ...silenceEndpoints,
  ...deliveryEndpoints,
  ...transferEndpoints,
} as const satisfies Endpoints

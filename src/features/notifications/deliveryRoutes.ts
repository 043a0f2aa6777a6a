import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { deliveryEndpoints } from './deliveries/contract.ts'
import { listDeliveries, readDelivery, replayDelivery } from './deliveries/list.ts'
import { escalations } from './pipeline/escalations.ts'
import type { Policy, policyEndpoints } from './policies/contract.ts'
import { createPolicy, deletePolicy, policiesInUse, policyOrThrow, updatePolicy } from './policies/policies.ts'
import { simulate } from './policies/simulate.ts'
import { storedPolicies, type StoredPolicy } from './policies/store.ts'
import type { routingEndpoints } from './routing/contract.ts'
import { replaceRouting } from './routing/routing.ts'
import { storedRouting, type StoredRouting } from './routing/store.ts'
import type { silenceEndpoints } from './silences/contract.ts'
import { createSilence, deleteSilence, expireSilence, updateSilence } from './silences/silences.ts'
import { listSilences, previewSilence, readSilence, viewSilence } from './silences/view.ts'

export const routingHandlers: Handlers<typeof routingEndpoints> = {
  getRoutes: async (ctx) => routingView(await storedRouting(ctx.db)),
  putRoutes: async (ctx, { body }) => routingView(await replaceRouting(ctx, body)),
}

export const policyHandlers: Handlers<typeof policyEndpoints> = {
  listEscalations: async (ctx, { query }) => ({ escalations: await escalations(ctx.db, ctx.now(), query.alert_id) }),
  listPolicies: async (ctx) => {
    const [policies, used] = await Promise.all([storedPolicies(ctx.db), policiesInUse(ctx.db)])
    return { policies: policies.map((policy) => policyView(policy, used)) }
  },
  createPolicy: async (ctx, { body }) => policyView(await createPolicy(ctx, body), new Set()),
  getPolicy: async (ctx, { params }) =>
    policyView(await policyOrThrow(ctx.db, params.policy_id), await policiesInUse(ctx.db)),
  updatePolicy: async (ctx, { params, body }) =>
    policyView(await updatePolicy(ctx, params.policy_id, body), await policiesInUse(ctx.db)),
  deletePolicy: async (ctx, { params }) => {
    await deletePolicy(ctx, params.policy_id)
    return { success: true, message: 'Policy deleted' }
  },
  simulate: (ctx, { body }) => simulate(ctx, body),
}

export const silenceHandlers: Handlers<typeof silenceEndpoints> = {
  listSilences: (ctx, { query }) => listSilences(ctx, query),
  createSilence: async (ctx, { body }) => viewSilence(ctx, await createSilence(ctx, body)),
  previewSilence: (ctx, { body }) => previewSilence(ctx, body.matchers),
  getSilence: (ctx, { params }) => readSilence(ctx, params.silence_id),
  updateSilence: async (ctx, { params, body }) => viewSilence(ctx, await updateSilence(ctx, params.silence_id, body)),
  expireSilence: async (ctx, { params }) => viewSilence(ctx, await expireSilence(ctx, params.silence_id)),
  deleteSilence: async (ctx, { params }) => {
    await deleteSilence(ctx, params.silence_id)
    return { success: true, message: 'Silence deleted' }
  },
}

export const deliveryHandlers: Handlers<typeof deliveryEndpoints> = {
  listDeliveries: (ctx, { query }) => listDeliveries(ctx, query),
  getDelivery: (ctx, { params }) => readDelivery(ctx, params.delivery_id),
  replayDelivery: (ctx, { params }) => replayDelivery(ctx, params.delivery_id),
}

const routingView = ({ updated_at, ...rest }: StoredRouting) => ({ ...rest, updated_at: isoOrNull(updated_at) })

const policyView = ({ updated_at, ...rest }: StoredPolicy, used: ReadonlySet<string>): z.output<typeof Policy> => ({
  ...rest,
  updated_at: iso(updated_at),
  in_use: used.has(rest.id),
})

import { getUser } from '#features/users/index.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { apiKeysEndpoints } from './contract.ts'
import { createKeyFor, createOwnKey } from './create.ts'
import { listKeys, type KeyFilter } from './list.ts'
import type { MadeKey } from './newKey.ts'
import { revokeKey, revokeOwnKey } from './revoke.ts'
import { rotateOwnKey } from './rotate.ts'
import type { KeyRow } from './store.ts'
import { keyView } from './view.ts'

export const apiKeyHandlers: Handlers<typeof apiKeysEndpoints> = {
  mine: (ctx, { query }) => list(ctx, { ...query, user_id: ctx.actor.id }),
  create: async (ctx, { body }) => madeView(ctx, await createOwnKey(ctx, body)),
  rotate: async (ctx, { params, body }) => {
    const { old, ...made } = await rotateOwnKey(ctx, params.id, body.overlap_minutes)
    return { ...(await madeView(ctx, made)), old: await view(ctx, old) }
  },
  revokeMine: async (ctx, { params }) => {
    await revokeOwnKey(ctx, params.id)
    return { success: true, message: 'API key revoked' }
  },
  list: (ctx, { query }) => list(ctx, query),
  revoke: async (ctx, { params }) => {
    await revokeKey(ctx, params.id)
    return { success: true, message: 'API key revoked' }
  },
  createFor: async (ctx, { params, body }) => madeView(ctx, await createKeyFor(ctx, params.id, body)),
}

async function list(ctx: RequestContext, filter: KeyFilter) {
  const { keys, total } = await listKeys(ctx.db, filter, ctx.now())
  ctx.outgoing.header('x-total-count', String(total))
  return keys.map((key) => keyView(key, key.username, ctx.now()))
}

const madeView = async (ctx: Context, { row, key, signingSecret }: MadeKey) => ({
  ...(await view(ctx, row)),
  key,
  signing_secret: signingSecret,
})

async function view(ctx: Context, key: KeyRow) {
  const { username } = await getUser(ctx.db, key.user_id)
  return keyView(key, username, ctx.now())
}

import type * as z from 'zod'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { createChannel, deleteChannel, testChannel, updateChannel, type UsersOf } from './channels.ts'
import type { Channel, channelsEndpoints } from './contract.ts'
import { kindOf, type Kind } from './kinds.ts'
import { allChannels, oneChannel, wholeConfig } from './known.ts'
import type { Answer } from './channel.ts'
import type { ChannelRow } from './store.ts'

export const channelHandlers = (usersOf: UsersOf): Handlers<typeof channelsEndpoints> => ({
  listChannels: async (ctx) => ({ channels: (await allChannels(ctx.db)).map((row) => viewOf(ctx, row)) }),
  createChannel: async (ctx, { body }) => read(ctx, await createChannel(ctx, body)),
  getChannel: (ctx, { params }) => read(ctx, params.channel_id),
  updateChannel: async (ctx, { params, body }) => {
    await updateChannel(ctx, params.channel_id, body)
    return read(ctx, params.channel_id)
  },
  removeChannel: async (ctx, { params }) => {
    await deleteChannel(ctx, params.channel_id, usersOf)
    return { success: true, message: 'Channel deleted' }
  },
  testChannel: async (ctx, { params }) => {
    const { outcome, status, detail, durationMs } = await testChannel(ctx, params.channel_id)
    return { outcome, status, detail, duration_ms: durationMs }
  },
})

const read = async (ctx: Context, id: string): Promise<z.output<typeof Channel>> =>
  viewOf(ctx, await oneChannel(ctx.db, id))

function viewOf({ platform }: Context, row: ChannelRow): z.output<typeof Channel> {
  const { id, name, kind, enabled, config_json, version, created_at, updated_at, updated_by } = row
  const { secrets, target } = kindOf(kind)
  const config = wholeConfig(platform.secrets, row)
  return {
    id,
    name,
    kind: kind as Kind,
    enabled: enabled === 1,
    config: JSON.parse(config_json),
    secrets_set: secrets.filter((secret) => config[secret] !== undefined),
    target: target(config),
    version,
    created_at: iso(created_at),
    updated_at: iso(updated_at),
    updated_by,
    last_delivery: lastOf(row),
  }
}

const lastOf = ({ last_at, last_outcome, last_status, last_detail }: ChannelRow) =>
  last_at === null
    ? null
    : {
        at: iso(last_at),
        outcome: last_outcome as Answer['outcome'],
        status: last_status,
        detail: last_detail ?? '',
      }

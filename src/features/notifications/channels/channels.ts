import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { Answer } from './channel.ts'
import { changedConfig, changedSecrets } from './changedConfig.ts'
import type { NewChannel } from './contract.ts'
import { oneChannel, storedConfig, type WholeConfig } from './known.ts'
import { lastDelivery, sendBy } from './send.ts'
import type { ChannelRow } from './store.ts'
import { testNotification } from './testNotification.ts'

/** Names of those who send by a channel, which therefore cannot go. */
export type UsersOf = (tx: Tx, channelId: string) => Promise<string[]>

/** Returns the id. */
export async function createChannel(ctx: Context, { name, kind, enabled, config }: NewChannel): Promise<string> {
  const id = newId()
  const now = ctx.now()
  await named(
    name,
    ctx.change('notification.channel.create', { kind: 'channel', id }, async (tx, note) => {
      await tx
        .insertInto('notification_channels')
        .values({
          id,
          name,
          kind,
          ...storedConfig(ctx.platform.secrets, { id, kind }, config),
          enabled: Number(enabled),
          version: 1,
          created_at: now,
          updated_at: now,
          updated_by: ctx.actor.label,
        })
        .execute()
      note.after = audited(await oneChannel(tx, id))
      note.event = { name }
    }),
  )
  return id
}

interface Changes {
  name: string
  enabled: boolean
  /** Secret fields that are left out stay, null takes one away. */
  config: Record<string, unknown>
  /** The one that the caller saw. */
  version: number
}

/** @throws AppError CONFLICT with the version that is there now where somebody else saved since */
export async function updateChannel(ctx: Context, id: string, changes: Changes): Promise<void> {
  const { secrets } = ctx.platform
  await named(
    changes.name,
    ctx.change('notification.channel.update', { kind: 'channel', id }, async (tx, note) => {
      const before = await oneChannel(tx, id)
      if (before.version !== changes.version) throw savedSince(before)
      const config = changedConfig(secrets, before, changes.config)
      const { numUpdatedRows } = await tx
        .updateTable('notification_channels')
        .set({
          name: changes.name,
          enabled: Number(changes.enabled),
          ...storedConfig(secrets, before, config),
          version: before.version + 1,
          updated_at: ctx.now(),
          updated_by: ctx.actor.label,
        })
        .where('id', '=', id)
        .where('version', '=', before.version)
        .executeTakeFirst()
      // Two at once may both have read the same version; the first wins.
      if (numUpdatedRows === 0n) throw savedSince(await oneChannel(tx, id))
      note.before = audited(before)
      note.after = { ...audited(await oneChannel(tx, id)), ...changedSecrets(secrets, before, config) }
      note.event = { name: changes.name }
    }),
  )
}

export async function deleteChannel(ctx: Context, id: string, usersOf: UsersOf): Promise<void> {
  await ctx.change('notification.channel.delete', { kind: 'channel', id }, async (tx, note) => {
    const before = await oneChannel(tx, id)
    const users = await usersOf(tx, id)
    if (users.length > 0) throw new AppError('CONFLICT', `In use by ${users.join(', ')}`, { used_by: users })
    await tx.deleteFrom('notification_channels').where('id', '=', id).execute()
    note.before = audited(before)
    note.event = { name: before.name }
  })
}

/** Sends at once, past routes, silences and the state of the channel. */
export async function testChannel(ctx: Context, id: string): Promise<Answer & { durationMs: number }> {
  const row = await oneChannel(ctx.db, id)
  const startedAt = performance.now()
  const answer = await sendBy(ctx.platform, row, testNotification(ctx, row.name))
  const durationMs = Math.round(performance.now() - startedAt)
  await ctx.change('notification.channel.test', { kind: 'channel', id }, async (tx, note) => {
    await tx.updateTable('notification_channels').set(lastDelivery(answer, ctx.now())).where('id', '=', id).execute()
    note.after = { outcome: answer.outcome, status: answer.status }
    note.event = { name: row.name, outcome: answer.outcome }
  })
  return { ...answer, durationMs }
}

async function named(name: string, work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    throw isDuplicate(error)
      ? new AppError('CONFLICT', `There is a channel "${name}" already`, { field: 'name' })
      : error
  })
}

const savedSince = ({ version, updated_at, updated_by }: ChannelRow): AppError =>
  new AppError('CONFLICT', `${updated_by} saved this channel meanwhile`, {
    version,
    updated_by,
    updated_at: iso(updated_at),
  })

const audited = ({ name, kind, enabled, config_json }: ChannelRow): Record<string, unknown> => ({
  name,
  kind,
  enabled: enabled === 1,
  ...(JSON.parse(config_json) as WholeConfig),
})

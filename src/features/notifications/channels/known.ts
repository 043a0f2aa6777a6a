import { notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Secrets } from '#platform/secrets.ts'
import { kindOf } from './kinds.ts'
import type { ChannelRow } from './store.ts'

/** What a channel is configured with, secrets included. Never leaves the server. */
export type WholeConfig = Record<string, unknown>

export const allChannels = (db: ReadDb): Promise<ChannelRow[]> =>
  db.selectFrom('notification_channels').selectAll().orderBy('name').execute()

/** @throws AppError RESOURCE_NOT_FOUND */
export async function oneChannel(db: ReadDb | Tx, id: string): Promise<ChannelRow> {
  const row = await db.selectFrom('notification_channels').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('channel', id)
  return row
}

export const wholeConfig = (secrets: Secrets, { id, config_json, secrets_sealed }: ChannelRow): WholeConfig => ({
  ...(JSON.parse(config_json) as WholeConfig),
  ...(JSON.parse(secrets.open(secrets_sealed, ownerOf(id))) as WholeConfig),
})

/** The two columns of a configuration. */
export function storedConfig(
  secrets: Secrets,
  { id, kind }: Pick<ChannelRow, 'id' | 'kind'>,
  config: WholeConfig,
): Pick<ChannelRow, 'config_json' | 'secrets_sealed'> {
  const isSecret = ([name]: [string, unknown]): boolean => kindOf(kind).secrets.includes(name)
  const entries = Object.entries(config)
  return {
    config_json: JSON.stringify(Object.fromEntries(entries.filter((entry) => !isSecret(entry)))),
    secrets_sealed: secrets.seal(JSON.stringify(Object.fromEntries(entries.filter(isSecret))), ownerOf(id)),
  }
}

const ownerOf = (id: string): string => `notification_channels:${id}`

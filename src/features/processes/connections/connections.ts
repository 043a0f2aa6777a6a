import { notFound } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { allConnections } from './store.ts'

const listedMax = 2_000

/** Sockets of all servers, the newest first. */
export async function listConnections({ db }: Context) {
  const rows = await allConnections(db, listedMax + 1)
  return {
    connections: rows.slice(0, listedMax).map((row) => ({
      id: row.id,
      server_id: row.server_id,
      user: { id: row.user_id, label: row.label },
      address: row.address,
      user_agent: row.user_agent,
      door: row.door,
      topics: JSON.parse(row.topics_json) as string[],
      opened_at: iso(row.opened_at),
      closing: row.close_requested_at !== null,
    })),
    truncated: rows.length > listedMax,
  }
}

/** Its server closes it at once, or within two seconds where servers hear of each other only through the database. */
export function closeConnection(ctx: Context, id: string): Promise<void> {
  return ctx.change('connection.close', { kind: 'connection', id }, async (tx, note) => {
    const row = await tx.selectFrom('open_connections').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw notFound('connection', id)
    await tx.updateTable('open_connections').set({ close_requested_at: ctx.now() }).where('id', '=', id).execute()
    note.after = { user_id: row.user_id, door: row.door, address: row.address }
  })
}

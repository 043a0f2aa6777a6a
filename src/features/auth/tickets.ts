import { hash, randomBytes } from 'node:crypto'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { Actor, Context } from '#platform/context.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { Platform } from '#platform/platform.ts'

/** Whose ticket it is, kept under its hash until it is used or has expired. */
interface TicketRow {
  id: string
  user_id: string
  session_id: string | null
  key_id: string | null
  expires_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    auth_tickets: TicketRow
  }
}

export const ticketMigrations: Migration[] = [
  {
    name: '2026-11-22.13-auth-tickets',
    up: async (schema) => {
      await schema.table('auth_tickets', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull())
          .addColumn('session_id', schema.id)
          .addColumn('key_id', schema.id)
          .addColumn('expires_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('auth_tickets', ['expires_at'])
    },
  },
]

export const ticketLifetimeMs = 30 * secondMs

/** Stands for the caller's own credentials in a URL, where a token would end up in logs. */
export async function issueTicket(ctx: Context): Promise<string> {
  const { id, sessionId, keyId } = ctx.actor
  if (sessionId === null && keyId === null)
    throw new AppError('PERMISSION_DENIED', 'Only a session or an API key gets a ticket')
  const { write } = ctx.platform.database
  const ticket = `mt_${randomBytes(32).toString('base64url')}`
  await write.deleteFrom('auth_tickets').where('expires_at', '<=', ctx.now()).execute()
  await write
    .insertInto('auth_tickets')
    .values({
      id: digestOf(ticket),
      user_id: id,
      session_id: sessionId,
      key_id: keyId,
      expires_at: ctx.now() + ticketLifetimeMs,
    })
    .execute()
  return ticket
}

/** Of any number that come with the same ticket, at whichever server, one is let in. @throws UNAUTHENTICATED */
export async function redeemTicket(
  { database: { write }, now }: Platform,
  ticket: string,
): Promise<Pick<Actor, 'id' | 'sessionId' | 'keyId'>> {
  const id = digestOf(ticket)
  const row = await write.selectFrom('auth_tickets').selectAll().where('id', '=', id).executeTakeFirst()
  const { numDeletedRows } = await write.deleteFrom('auth_tickets').where('id', '=', id).executeTakeFirst()
  if (!row || numDeletedRows === 0n || row.expires_at <= now())
    throw new AppError('UNAUTHENTICATED', 'The ticket was used already or has expired; ask for a new one')
  return { id: row.user_id, sessionId: row.session_id, keyId: row.key_id }
}

const digestOf = (ticket: string): string => hash('sha256', ticket, 'base64url')

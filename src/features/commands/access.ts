import { notFound } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { CommandRow } from './store.ts'

/** Who agrees to a command has to see it. */
export const seesAll = (ctx: Context): boolean => ctx.can('commands:read') || ctx.can('commands:approve')

/** The commands that exist for the caller: the one predicate of the list and of every single read. */
export function visibleCommands(ctx: Context, db: ReadDb | Tx = ctx.db) {
  const commands = db.selectFrom('commands')
  return seesAll(ctx) ? commands : commands.where('created_by', '=', ctx.actor.id)
}

/** Throws RESOURCE_NOT_FOUND for a command that is not there or that the caller may not see. */
export async function visibleCommand(ctx: Context, id: string, db: ReadDb | Tx = ctx.db): Promise<CommandRow> {
  const command = await visibleCommands(ctx, db).selectAll().where('id', '=', id).executeTakeFirst()
  if (!command) throw notFound('command', id)
  return command
}

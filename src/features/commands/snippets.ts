import { AppError, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { SnippetRow } from './store.ts'

const snippetsMax = 200

export const listSnippets = (ctx: Context): Promise<SnippetRow[]> =>
  ctx.db
    .selectFrom('command_snippets')
    .selectAll()
    .where((row) => row.or([row('owner_id', '=', ctx.actor.id), row('shared', '=', 1)]))
    .orderBy('name')
    .limit(1_000)
    .execute()

export async function createSnippet(
  ctx: Context,
  { name, command, shared }: { name: string; command: string; shared: boolean },
): Promise<SnippetRow> {
  if (ctx.actor.email === null) throw new AppError('PERMISSION_DENIED', 'Only a user keeps snippets')
  const row: SnippetRow = {
    id: newId(),
    owner_id: ctx.actor.id,
    name,
    command,
    shared: Number(shared),
    created_at: ctx.now(),
  }
  try {
    return await ctx.change('snippet.create', { kind: 'snippet', id: row.id }, async (tx, note) => {
      const own = await tx.selectFrom('command_snippets').select('id').where('owner_id', '=', row.owner_id).execute()
      if (own.length >= snippetsMax) throw new AppError('CONFLICT', `At most ${snippetsMax} snippets; delete some`)
      await tx.insertInto('command_snippets').values(row).execute()
      note.after = { name, command, shared }
      return row
    })
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('CONFLICT', `You have a snippet called ${name} already`)
    throw error
  }
}

export async function deleteSnippet(ctx: Context, id: string): Promise<void> {
  await ctx.change('snippet.delete', { kind: 'snippet', id }, async (tx, note) => {
    const snippet = await tx
      .selectFrom('command_snippets')
      .selectAll()
      .where('id', '=', id)
      .where('owner_id', '=', ctx.actor.id)
      .executeTakeFirst()
    if (!snippet) throw notFound('snippet', id)
    await tx.deleteFrom('command_snippets').where('id', '=', id).execute()
    note.before = { name: snippet.name, command: snippet.command }
  })
}

import type * as z from 'zod'
import type { Context } from '#platform/context.ts'
import { containsAnyCase } from '#platform/database/text.ts'
import { isConnected } from '../sessions/index.ts'
import { visibleCommand, visibleCommands } from './access.ts'
import { programsOf } from './choose.ts'
import type { commandsEndpoints } from './contract.ts'
import { openStatuses } from './status.ts'
import type { CommandOutputRow } from './store.ts'
import { commandViews, type CommandView } from './view.ts'

type Filter = z.output<typeof commandsEndpoints.history.query>
type Verbs = z.output<typeof commandsEndpoints.verbs.reply>

export async function listCommands(
  ctx: Context,
  filter: Filter,
): Promise<{ commands: CommandView[]; total: number; has_more: boolean }> {
  const matching = matchingCommands(ctx, filter)
  const rows = await matching.selectAll().orderBy('id', 'desc').limit(filter.limit).offset(filter.offset).execute()
  const { count } = await matching.select((row) => row.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const total = Number(count)
  return { commands: await commandViews(ctx, rows), total, has_more: filter.offset + rows.length < total }
}

function matchingCommands(ctx: Context, { status, open, session_id, runner_id, user_id, q }: Filter) {
  let commands = visibleCommands(ctx)
  if (status) commands = commands.where('status', '=', status)
  if (open !== undefined) commands = commands.where('status', open ? 'in' : 'not in', [...openStatuses])
  if (session_id) commands = commands.where('session_id', '=', session_id)
  if (runner_id) commands = commands.where('runner_id', '=', runner_id)
  if (user_id) commands = commands.where('created_by', '=', user_id)
  if (q) commands = commands.where(containsAnyCase('command', q))
  return commands
}

/** What a command wrote, after the piece that is known already. */
export async function readOutput(
  ctx: Context,
  id: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ pieces: CommandOutputRow[]; has_more: boolean; truncated: boolean }> {
  const { output_truncated } = await visibleCommand(ctx, id)
  const rows = await ctx.db
    .selectFrom('command_output')
    .selectAll()
    .where('command_id', '=', id)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit + 1)
    .execute()
  return { pieces: rows.slice(0, limit), has_more: rows.length > limit, truncated: output_truncated === 1 }
}

/** Programs by name, with the runners that are connected and allow them. */
export async function listPrograms(ctx: Context): Promise<Verbs['programs']> {
  const runners = await ctx.db.selectFrom('runners').selectAll().orderBy('name').execute()
  const programs = new Map<string, Verbs['programs'][number]>()
  for (const runner of runners.filter((one) => isConnected(one, ctx.now()))) {
    for (const program of programsOf(runner)) {
      const known = programs.get(program.name) ?? { ...program, runners: [] }
      programs.set(program.name, {
        ...known,
        approval: known.approval || program.approval,
        runners: [...known.runners, runner.name],
      })
    }
  }
  return [...programs.values()]
}

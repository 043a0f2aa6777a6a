import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Command } from './contract.ts'
import { isOver } from './status.ts'
import type { CommandRow } from './store.ts'

export type CommandView = z.output<typeof Command>

export interface CommandNames {
  session: string | null
  runner: string | null
}

export const isOwn = (ctx: Context, { created_by }: Pick<CommandRow, 'created_by'>): boolean =>
  created_by === ctx.actor.id

/** A command as it is sent to one caller. */
export function commandView(ctx: Context, row: CommandRow, names: CommandNames): CommandView {
  const { args_json, created_by_label, idempotency_key: _, output_truncated, ...command } = row
  return {
    ...command,
    args: JSON.parse(args_json),
    session_name: names.session,
    runner_name: names.runner,
    user: created_by_label,
    created_at: iso(row.created_at),
    deadline_at: iso(row.deadline_at),
    delivered_at: isoOrNull(row.delivered_at),
    started_at: isoOrNull(row.started_at),
    ended_at: isoOrNull(row.ended_at),
    duration_ms: durationMs(row),
    cancel_requested_at: isoOrNull(row.cancel_requested_at),
    output_truncated: output_truncated === 1,
    can_cancel: !isOver(row.status) && (isOwn(ctx, row) || ctx.can('commands:write')),
    can_approve: row.status === 'awaiting_approval' && ctx.can('commands:approve') && !isOwn(ctx, row),
  }
}

export const durationMs = ({ started_at, ended_at }: CommandRow): number | null =>
  started_at === null || ended_at === null ? null : Math.max(0, ended_at - started_at)

/** With the names of their sessions and runners, in two queries for all. */
export async function commandViews(ctx: Context, rows: readonly CommandRow[]): Promise<CommandView[]> {
  const [sessions, runners] = await Promise.all([
    namesOf(
      ctx.db,
      'automation_sessions',
      rows.map(({ session_id }) => session_id),
    ),
    namesOf(
      ctx.db,
      'runners',
      rows.map(({ runner_id }) => runner_id),
    ),
  ])
  return rows.map((row) =>
    commandView(ctx, row, {
      session: row.session_id === null ? null : (sessions.get(row.session_id) ?? null),
      runner: runners.get(row.runner_id) ?? null,
    }),
  )
}

async function namesOf(
  db: ReadDb | Tx,
  table: 'automation_sessions' | 'runners',
  ids: readonly (string | null)[],
): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const rows = await db.selectFrom(table).select(['id', 'name']).where('id', 'in', wanted).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

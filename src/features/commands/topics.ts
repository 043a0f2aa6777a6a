import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { publishSession } from '../sessions/index.ts'
import type { CommandOutputRow, CommandRow } from './store.ts'
import { isOver } from './status.ts'
import { seesAll } from './access.ts'
import { durationMs } from './view.ts'

const readers = ['commands:read', 'commands:write', 'commands:approve', 'sessions:write'] as const
const tailLengthMax = 4_096

/** Whom a message is about, besides those who may read all. */
interface Concerning {
  created_by: string
}

const visible = ({ created_by }: Concerning, ctx: Context): boolean => created_by === ctx.actor.id || seesAll(ctx)

/**
 * `commands`: that one changed. `command-results`: how one ended, `command_result` in the room `command_results`.
 * `command-output`: what one writes. Each to those who may read it.
 */
export function declareCommandTopics({ live }: Platform): void {
  live.declare('commands', { access: readers, visible })
  live.declare('command-results', {
    access: readers,
    visible,
    event: 'command_result',
    room: 'command_results',
  })
  live.declare('command-output', { access: readers, visible })
}

/** Each server tells those that are connected to it; what others committed reaches it as an event. */
export function startCommandTopics(platform: Platform): Stop {
  const { events, live, database } = platform
  const stops = [
    events.subscribe('command.*', async ({ payload }) => {
      const { command_id } = payload as { command_id?: string }
      if (command_id === undefined) return
      const row = await database.read.selectFrom('commands').selectAll().where('id', '=', command_id).executeTakeFirst()
      if (!row) return
      live.publish('commands', {
        command_id,
        status: row.status,
        session_id: row.session_id,
        created_by: row.created_by,
      })
      if (row.session_id !== null) await publishSession(platform, row.session_id)
      if (isOver(row.status)) live.publish('command-results', await resultOf(platform, row))
    }),
    events.subscribe('command-output', ({ payload }) => {
      const { at, ...piece } = payload as CommandOutputRow & Concerning
      live.publish('command-output', { ...piece, at: iso(at) })
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

/** As clients of older systems know it, with what this one adds. */
async function resultOf({ database }: Platform, row: CommandRow): Promise<Concerning & Record<string, unknown>> {
  const newest = await database.read
    .selectFrom('command_output')
    .select('text')
    .where('command_id', '=', row.id)
    .orderBy('seq', 'desc')
    .limit(20)
    .execute()
  const output = newest
    .map(({ text }) => text)
    .toReversed()
    .join('')
  return {
    id: row.id,
    command_id: row.id,
    command: row.command,
    type: row.type,
    session_id: row.session_id,
    status: row.status,
    success: row.status === 'succeeded',
    exit_code: row.exit_code,
    detail: row.detail,
    output: output.slice(-tailLengthMax),
    user: row.created_by_label,
    created_by: row.created_by,
    duration_ms: durationMs(row),
    timestamp: iso(row.ended_at ?? row.created_at),
  }
}

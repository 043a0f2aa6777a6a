import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Runner, Session, SessionEvent } from './contract.ts'
import { isConnected } from './runners.ts'
import { nextStatuses } from './status.ts'
import type { RunnerRow, SessionEventRow, SessionRow } from './store.ts'

export type SessionView = z.output<typeof Session>

/** What of its runner stands beside a session. */
type RunnerBeside = Pick<RunnerRow, 'name' | 'connected_to' | 'seen_at'> | undefined

function sessionView(row: SessionRow, runner: RunnerBeside, now: number): SessionView {
  const { metrics_json, event_count: _, owner_label, ...session } = row
  return {
    ...session,
    character_name: row.name,
    current_mode: row.mode,
    next_statuses: [...nextStatuses[row.status]],
    owner: owner_label,
    runner_name: runner?.name ?? null,
    runner_connected: runner !== undefined && isConnected(runner, now),
    metrics: JSON.parse(metrics_json),
    heartbeat_at: isoOrNull(row.heartbeat_at),
    started_at: isoOrNull(row.started_at),
    ended_at: isoOrNull(row.ended_at),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  }
}

/** With their runners, in one query for all. */
export async function sessionViews(db: ReadDb | Tx, rows: readonly SessionRow[], now: number): Promise<SessionView[]> {
  const ids = [...new Set(rows.map(({ runner_id }) => runner_id).filter((id) => id !== null))]
  const runners =
    ids.length === 0
      ? []
      : await db
          .selectFrom('runners')
          .select(['id', 'name', 'connected_to', 'seen_at'])
          .where('id', 'in', ids)
          .execute()
  const byId = new Map(runners.map((runner) => [runner.id, runner]))
  return rows.map((row) => sessionView(row, row.runner_id === null ? undefined : byId.get(row.runner_id), now))
}

export const sessionEventView = ({
  id,
  at,
  kind,
  text,
  data_json,
}: SessionEventRow): z.output<typeof SessionEvent> => ({
  id,
  at: iso(at),
  kind,
  text,
  data: data_json === null ? null : JSON.parse(data_json),
})

export const runnerView = (row: RunnerRow, activeSessions: number, now: number): z.output<typeof Runner> => ({
  id: row.id,
  name: row.name,
  owner_id: row.owner_id,
  version: row.version,
  modes: JSON.parse(row.modes_json),
  programs: JSON.parse(row.programs_json),
  connected: isConnected(row, now),
  connected_at: isoOrNull(row.connected_at),
  seen_at: iso(row.seen_at),
  address: row.address,
  active_sessions: activeSessions,
})

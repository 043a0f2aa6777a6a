import { messageCounts } from '#features/projects/index.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { peopleOf } from './people.ts'
import { callsSince, hoursSince, rounded, sumOf } from './sums.ts'

interface Asked {
  days: number
  by: 'user' | 'project'
  sort: 'time' | 'calls' | 'bytes' | 'messages'
  limit: number
}

interface Consumption {
  id: string
  calls: number
  time_ms: number
  bytes: number
  messages: number
}

const valueOf: Record<Asked['sort'], (consumption: Consumption) => number> = {
  time: ({ time_ms }) => time_ms,
  calls: ({ calls }) => calls,
  bytes: ({ bytes }) => bytes,
  messages: ({ messages }) => messages,
}

export async function readResources(db: ReadDb, now: number, { days, by, sort, limit }: Asked) {
  const all = await consumptions(db, hoursSince(now, days), by)
  const allTime = all.reduce((sum, { time_ms }) => sum + time_ms, 0)
  const most = all.toSorted((a, b) => valueOf[sort](b) - valueOf[sort](a)).slice(0, limit)
  const label = await labels(
    db,
    by,
    most.map(({ id }) => id),
  )
  return {
    by,
    consumers: most.map((consumption) => ({
      ...consumption,
      ...label(consumption.id),
      time_ms: rounded(consumption.time_ms),
      time_share: allTime === 0 ? 0 : consumption.time_ms / allTime,
    })),
  }
}

/** Who wrote messages but never called (an import) consumes too. */
async function consumptions(db: ReadDb, from: number, by: Asked['by']): Promise<Consumption[]> {
  const column = by === 'user' ? 'user_id' : 'project_id'
  const rows = await callsSince(db, from)
    .select((row) => [
      row.ref(column).as('id'),
      sumOf('count').as('calls'),
      sumOf('duration_ms_sum').as('time_ms'),
      sumOf('bytes_sum').as('bytes'),
    ])
    .where(column, 'is not', null)
    .groupBy(column)
    .execute()
  const called = new Map(rows.map((row) => [row.id!, row]))
  const messages = await messageCounts(db, by === 'user' ? 'author_id' : 'project_id', from)
  return [...new Set([...called.keys(), ...messages.keys()])].map((id) => {
    const { calls = 0, time_ms = 0, bytes = 0 } = called.get(id) ?? {}
    return { id, calls: Number(calls), time_ms: Number(time_ms), bytes: Number(bytes), messages: messages.get(id) ?? 0 }
  })
}

type Label = (id: string) => { name: string | null; demo: boolean }

async function labels(db: ReadDb, by: Asked['by'], ids: string[]): Promise<Label> {
  if (by === 'user') {
    const person = await peopleOf(db, ids)
    return (id) => {
      const { username, demo } = person(id)
      return { name: username, demo }
    }
  }
  const rows =
    ids.length === 0
      ? []
      : await db.selectFrom('projects').select(['id', 'name', 'demo']).where('id', 'in', ids).execute()
  const projects = new Map(rows.map((row) => [row.id, row]))
  return (id) => ({ name: projects.get(id)?.name ?? null, demo: projects.get(id)?.demo === 1 })
}

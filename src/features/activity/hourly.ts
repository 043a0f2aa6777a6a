import { createHash } from 'node:crypto'
import { hourMs } from '#kernel/time.ts'
import { bucketOf, tookColumns, tookNothing } from './histogram.ts'
import type { ActivityEvent, HourlyRow } from './store.ts'

export const hourOf = (at: number): number => at - (at % hourMs)

/** Adds events up by hour and likeness, as they come. */
export class HourlySums {
  readonly #rows = new Map<string, Omit<HourlyRow, 'key'>>()

  #events = 0

  /** How many hours and likenesses there are. */
  get size(): number {
    return this.#rows.size
  }

  /** How many were added. */
  get events(): number {
    return this.#events
  }

  /** Called for each request of a flood, so the key is no more than tells rows apart here. */
  add(event: ActivityEvent): void {
    const { at, kind, user_id, project_id, method, route } = event
    const key = `${hourOf(at)}\n${kind}\n${user_id}\n${project_id}\n${method}\n${route}\n${statusClass(event)}`
    let row = this.#rows.get(key)
    if (!row) this.#rows.set(key, (row = emptyRow(event)))
    count(row, event)
    this.#events++
  }

  /** Takes over what others added up. */
  merge(others: HourlySums): void {
    this.#events += others.#events
    for (const [key, other] of others.#rows) {
      const row = this.#rows.get(key)
      if (row) addUp(row, other)
      else this.#rows.set(key, { ...other })
    }
  }

  /** Sorted by key: servers that write the same rows take their locks in the same order and do not meet in a deadlock. */
  rows(): HourlyRow[] {
    const rows = [...this.#rows.values()].map((row) => ({ key: storedKey(row), ...row }))
    return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  }
}

const statusClass = ({ status }: ActivityEvent): number => Math.floor((status ?? 0) / 100)

function emptyRow(event: ActivityEvent): Omit<HourlyRow, 'key'> {
  const { at, kind, user_id, project_id, method, route } = event
  return {
    hour: hourOf(at),
    kind,
    user_id,
    project_id,
    method,
    route,
    status_class: statusClass(event),
    count: 0,
    duration_ms_sum: 0,
    duration_ms_max: 0,
    bytes_sum: 0,
    last_at: 0,
    ...tookNothing(),
  }
}

function storedKey({ hour, kind, user_id, project_id, method, route, status_class }: Omit<HourlyRow, 'key'>): string {
  const text = JSON.stringify([hour, kind, user_id, project_id, method, route, status_class])
  return createHash('sha256').update(text).digest('base64url')
}

function count(row: Omit<HourlyRow, 'key'>, { at, duration_ms, bytes }: ActivityEvent): void {
  row.count++
  row.bytes_sum += bytes
  row.last_at = Math.max(row.last_at, at)
  if (duration_ms === null) return
  row.duration_ms_sum += duration_ms
  row.duration_ms_max = Math.max(row.duration_ms_max, duration_ms)
  row[bucketOf(duration_ms)]++
}

function addUp(row: Omit<HourlyRow, 'key'>, other: Omit<HourlyRow, 'key'>): void {
  row.duration_ms_max = Math.max(row.duration_ms_max, other.duration_ms_max)
  row.last_at = Math.max(row.last_at, other.last_at)
  for (const column of ['count', 'duration_ms_sum', 'bytes_sum', ...tookColumns] as const) row[column] += other[column]
}

import { createHash } from 'node:crypto'
import { hourMs } from '#kernel/time.ts'
import { bucketOf, tookNothing } from './histogram.ts'
import type { ActivityEvent, HourlyRow } from './store.ts'

export const hourOf = (at: number): number => at - (at % hourMs)

/**
 * Adds events up by hour and likeness. Sorted by key: servers that write the same rows take their
 * locks in the same order and do not meet in a deadlock.
 */
export function foldByHour(events: readonly ActivityEvent[]): HourlyRow[] {
  const alike = Map.groupBy(events, likeness)
  return [...alike].map(([text, those]) => sumUp(text, those)).toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

const statusClass = ({ status }: ActivityEvent): number => Math.floor((status ?? 0) / 100)

const likeness = (event: ActivityEvent): string => {
  const { at, kind, user_id, project_id, method, route } = event
  return JSON.stringify([hourOf(at), kind, user_id, project_id, method, route, statusClass(event)])
}

function sumUp(text: string, events: ActivityEvent[]): HourlyRow {
  const [first] = events
  const { at, kind, user_id, project_id, method, route } = first!
  const row: HourlyRow = {
    key: createHash('sha256').update(text).digest('base64url'),
    hour: hourOf(at),
    kind,
    user_id,
    project_id,
    method,
    route,
    status_class: statusClass(first!),
    count: events.length,
    duration_ms_sum: 0,
    duration_ms_max: 0,
    bytes_sum: 0,
    last_at: 0,
    ...tookNothing(),
  }
  for (const event of events) add(row, event)
  return row
}

function add(row: HourlyRow, { at, duration_ms, bytes }: ActivityEvent): void {
  row.bytes_sum += bytes
  row.last_at = Math.max(row.last_at, at)
  if (duration_ms === null) return
  row.duration_ms_sum += duration_ms
  row.duration_ms_max = Math.max(row.duration_ms_max, duration_ms)
  row[bucketOf(duration_ms)]++
}

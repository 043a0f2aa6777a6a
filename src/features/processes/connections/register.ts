import { secondMs } from '#kernel/time.ts'
import { stopEach } from '#platform/lifecycle.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { Connections, OpenConnection } from '#platform/realtime/connections.ts'
import { connectionsToClose, deleteConnections, insertConnections, type ConnectionRow } from './store.ts'

const soonMs = 250
const lookEveryMs = secondMs
const seenEveryMs = 10 * secondMs
/** A server that was silent for so long has ended, and its sockets with it. */
const silenceMsMax = 40 * secondMs

const topicsShown = 20
const topicLengthMax = 200

export interface ConnectionRegister {
  /** Resolves when the table knows what is open here. */
  settle(): Promise<void>
  start(): Stop
}

/** Keeps the table of open sockets true for this server, and closes what somebody asked to have closed. */
export function createRegister(platform: Platform, connections: Connections): ConnectionRegister {
  const { database, instanceId, now } = platform
  const log = platform.log.child({ component: 'connections' })
  /** What the table holds of this server: topics by id. */
  const written = new Map<string, string>()
  let seenAt = -Infinity

  const sync = async (): Promise<void> => {
    const at = now()
    const open = new Map(connections.list().map((one) => [one.id, rowOf(one, instanceId, at)]))
    const [gone, fresh] = [[...written.keys()].filter((id) => !open.has(id)), [] as ConnectionRow[]]
    for (const row of open.values()) {
      if (written.get(row.id) === row.topics_json) continue
      if (written.has(row.id)) gone.push(row.id)
      fresh.push(row)
    }
    if (gone.length + fresh.length === 0) return
    await database.transaction(async (tx) => {
      await deleteConnections(tx, gone)
      await insertConnections(tx, fresh)
    })
    for (const id of gone) written.delete(id)
    for (const { id, topics_json } of fresh) written.set(id, topics_json)
  }

  const saySeen = async (): Promise<void> => {
    if (performance.now() - seenAt < seenEveryMs) return
    seenAt = performance.now()
    const { write } = database
    const { numUpdatedRows } = await write
      .updateTable('open_connections')
      .set({ seen_at: now() })
      .where('server_id', '=', instanceId)
      .executeTakeFirst()
    // Somebody took this server for dead: everything is written again.
    if (Number(numUpdatedRows) < written.size) await forget()
    await write
      .deleteFrom('open_connections')
      .where('seen_at', '<', now() - silenceMsMax)
      .execute()
  }

  const forget = async (): Promise<void> => {
    await database.write.deleteFrom('open_connections').where('server_id', '=', instanceId).execute()
    written.clear()
  }

  const obey = async (): Promise<void> => {
    if (written.size === 0) return
    for (const { id } of await connectionsToClose(database.read, instanceId)) close(connections, id)
  }

  let running = Promise.resolve()
  const settle = (): Promise<void> => {
    const turn = running.then(sync)
    running = turn.catch(() => undefined)
    return turn
  }
  const look = (): void => {
    running = running
      .then(saySeen)
      .then(sync)
      .then(obey)
      .catch((error: unknown) => log.warn({ err: error }, 'the list of sockets is behind'))
  }

  return {
    settle,
    start: () => {
      let soon: NodeJS.Timeout | undefined
      const timer = setInterval(look, lookEveryMs)
      const stops = [
        connections.onChange(() => {
          soon ??= setTimeout(() => {
            soon = undefined
            look()
          }, soonMs)
        }),
        // At once where servers hear of each other; the table reaches the others.
        platform.events.subscribe('connection.close', ({ payload }) => {
          close(connections, (payload as { target: { id: string } }).target.id)
        }),
      ]
      return async () => {
        clearInterval(timer)
        clearTimeout(soon)
        await stopEach(stops)()
        await running
        await forget()
      }
    },
  }
}

const close = (connections: Connections, id: string): boolean => connections.close(id, 'Closed by an administrator')

const rowOf = (
  { id, user_id, label, address, user_agent, door, topics, opened_at }: OpenConnection,
  server_id: string,
  now: number,
): ConnectionRow => ({
  id,
  server_id,
  user_id,
  label: plain(label, 255),
  address,
  user_agent: user_agent && plain(user_agent, 255),
  door,
  topics_json: JSON.stringify(topics.slice(0, topicsShown).map((topic) => plain(topic, topicLengthMax))),
  opened_at,
  seen_at: now,
  close_requested_at: null,
})

/** What clients name may hold anything; not every engine stores every character. */
const plain = (text: string, lengthMax: number): string =>
  text
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .slice(0, lengthMax)
    .toWellFormed()

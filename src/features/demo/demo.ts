import type { Activity } from '#features/activity/index.ts'
import { forgetActivity, insertActivity } from '#features/activity/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { isLoopback } from '#platform/config/rules.ts'
import { lockInvariant } from '#platform/database/open.ts'
import type { Platform } from '#platform/platform.ts'
import { makeSample, type Sample } from './sample.ts'

const target = { kind: 'demo', id: 'demo' }

/** Adds the sample unless it is there. Throws on any but a loopback address: nobody shall take made-up users for real ones. */
export async function addDemo(platform: Platform): Promise<void> {
  const { config, database, now } = platform
  const host = config.get('server_host')
  if (!isLoopback(host)) throw new Error(`Sample data is for a loopback address only, not for ${host}`)
  if ((await demoUserIds(database.read)).length > 0) return
  const sample = await makeSample(now(), config.get('api_prefix'))
  const ctx = new Context(platform, systemActor('system', 'Miktos', []), {
    requestId: null,
    address: null,
    userAgent: null,
  })
  await ctx.change('demo.add', target, async (tx, note) => {
    // Several server processes may start at once.
    await lockInvariant(tx, 'setup')
    if ((await demoUserIds(tx)).length > 0) return
    await insertSample(tx, sample)
    note.after = { users: sample.users.length, projects: sample.projects.length, activity: sample.history.length }
  })
}

async function insertSample(tx: Tx, { users, projects, messages, history }: Sample): Promise<void> {
  await tx.insertInto('users').values(users).execute()
  await tx.insertInto('projects').values(projects).execute()
  await tx.insertInto('messages').values(messages).execute()
  await insertActivity(tx, history)
}

export interface Removed {
  users: number
  projects: number
}

/** Deletes the sample users with all that is theirs, sample projects whoever has them by now, and their activity. */
export async function removeDemo(ctx: Context, activity: Activity): Promise<Removed> {
  await activity.settle()
  return ctx.change('demo.remove', target, async (tx, note) => {
    const ids = await demoUserIds(tx)
    const projects = await tx
      .deleteFrom('projects')
      .where((row) => row.or([row('demo', '=', 1), ...(ids.length > 0 ? [row('owner_id', 'in', ids)] : [])]))
      .executeTakeFirst()
    await tx.deleteFrom('users').where('demo', '=', 1).execute()
    await forgetActivity(tx, ids)
    const removed = { users: ids.length, projects: Number(projects.numDeletedRows) }
    note.before = { ...removed }
    return removed
  })
}

export async function demoUserIds(db: ReadDb | Tx): Promise<string[]> {
  const rows = await db.selectFrom('users').select('id').where('demo', '=', 1).execute()
  return rows.map(({ id }) => id)
}

export async function countDemo(db: ReadDb): Promise<Removed> {
  const projects = await db.selectFrom('projects').select('id').where('demo', '=', 1).execute()
  return { users: (await demoUserIds(db)).length, projects: projects.length }
}

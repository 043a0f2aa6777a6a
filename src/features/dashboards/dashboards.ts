import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { mayDelete, mayEdit, requireOwn } from './access.ts'
import type { Board } from './board.ts'
import type { FileBoards } from './files.ts'
import { oneKnown, type Known } from './known.ts'
import { slugOf } from './slug.ts'
import { builtinBoards } from './builtin/boards.ts'

/** `orders`, `orders-2`, …: further ones get a random end. */
const countedSlugsMax = 20

/** Returns the id. */
export async function createDashboard(
  ctx: Context,
  files: FileBoards,
  { board, open }: { board: Board; open: boolean },
): Promise<string> {
  try {
    return await insert(ctx, files, board, open)
  } catch (error) {
    // Two at once found the same id free.
    if (isDuplicate(error)) throw new AppError('CONFLICT', 'Somebody made one of this title just now; try again')
    throw error
  }
}

function insert(ctx: Context, files: FileBoards, board: Board, open: boolean): Promise<string> {
  const now = ctx.now()
  return ctx.change('dashboard.create', { kind: 'dashboard', id: '' }, async (tx, note) => {
    const id = await freeId(tx, files, board.title)
    await tx
      .insertInto('dashboards')
      .values({
        id,
        owner_id: isPerson(ctx) ? ctx.actor.id : null,
        ...stored(board),
        open: Number(open),
        version: 1,
        created_at: now,
        updated_at: now,
        updated_by: ctx.actor.label,
      })
      .execute()
    note.targetId = id
    note.after = audited(board, open)
    note.event = { title: board.title }
    return id
  })
}

async function freeId(tx: Tx, files: FileBoards, title: string): Promise<string> {
  const slug = slugOf(title) || 'dashboard'
  const candidates = [slug, ...Array.from({ length: countedSlugsMax - 1 }, (_, index) => `${slug}-${index + 2}`)]
  const taken = await tx.selectFrom('dashboards').select('id').where('id', 'in', candidates).execute()
  const used = new Set([...taken.map(({ id }) => id), ...builtinBoards.keys(), ...files.boards.keys()])
  return candidates.find((candidate) => !used.has(candidate)) ?? `${slug}-${newId().slice(-12)}`
}

interface Changes {
  board: Board
  /** The one that the caller saw. */
  version: number
  open?: boolean | undefined
}

/** Throws CONFLICT with the version that is there now where somebody else saved since. */
export async function updateDashboard(
  ctx: Context,
  files: FileBoards,
  id: string,
  { board, version, open }: Changes,
): Promise<void> {
  await ctx.change('dashboard.update', { kind: 'dashboard', id }, async (tx, note) => {
    const before = await oneKnown(tx, files, id)
    requireOwn(ctx, before, mayEdit(ctx, before))
    if (before.version !== version) throw savedSince(before)
    const opened = open !== undefined && mayDelete(ctx, before) ? open : before.open
    const { numUpdatedRows } = await tx
      .updateTable('dashboards')
      .set({
        ...stored(board),
        open: Number(opened),
        version: version + 1,
        updated_at: ctx.now(),
        updated_by: ctx.actor.label,
      })
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst()
    // Two at once may both have read the same version; the first wins.
    if (numUpdatedRows === 0n) throw savedSince(await oneKnown(tx, files, id))
    note.before = audited(before.board, before.open)
    note.after = audited(board, opened)
    note.event = { title: board.title }
  })
}

const savedSince = ({ version, updated_at, updated_by }: Known): AppError =>
  new AppError('CONFLICT', `${updated_by ?? 'Somebody'} saved this dashboard meanwhile`, {
    version,
    updated_by,
    updated_at: updated_at === null ? null : iso(updated_at),
  })

export async function deleteDashboard(ctx: Context, files: FileBoards, id: string): Promise<void> {
  await ctx.change('dashboard.delete', { kind: 'dashboard', id }, async (tx, note) => {
    const before = await oneKnown(tx, files, id)
    requireOwn(ctx, before, mayDelete(ctx, before))
    await tx.deleteFrom('dashboard_stars').where('dashboard_id', '=', id).execute()
    await tx.deleteFrom('dashboards').where('id', '=', id).execute()
    note.before = audited(before.board, before.open)
    note.event = { title: before.board.title }
  })
}

export async function starDashboard(ctx: Context, files: FileBoards, id: string, starred: boolean): Promise<void> {
  if (!isPerson(ctx)) throw new AppError('PERMISSION_DENIED', 'Only a user has favourites')
  const mine = { user_id: ctx.actor.id, dashboard_id: id }
  await ctx.change('dashboard.star', { kind: 'dashboard', id }, async (tx, note) => {
    await oneKnown(tx, files, id)
    await tx.deleteFrom('dashboard_stars').where('user_id', '=', mine.user_id).where('dashboard_id', '=', id).execute()
    if (starred) await tx.insertInto('dashboard_stars').values(mine).execute()
    note.after = { starred }
    note.event = { own: true }
  })
}

/** ADMIN_TOKEN and jobs are no users. */
const isPerson = ({ actor }: Context): boolean => actor.email !== null

const stored = (board: Board): { title: string; board_json: string } => ({
  title: board.title,
  board_json: JSON.stringify(board),
})

/** What the audit log compares: each panel by itself, so that the difference names the one that changed. */
const audited = ({ panels, variables, ...rest }: Board, open: boolean): Record<string, unknown> => ({
  ...rest,
  open,
  ...Object.fromEntries(variables.map(({ name, ...variable }) => [`variable ${name}`, variable])),
  ...Object.fromEntries(panels.map(({ id, ...panel }) => [`panel ${id}`, panel])),
})

import { notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { Board } from './board.ts'
import { builtinBoards } from './builtin/boards.ts'
import type { FileBoards } from './files.ts'

/** A dashboard wherever it comes from. */
export interface Known {
  id: string
  source: 'builtin' | 'file' | 'own'
  board: Board
  owner_id: string | null
  owner_username: string | null
  open: boolean
  /** 0 for what does not change here. */
  version: number
  updated_at: number | null
  updated_by: string | null
}

const fixed = (source: 'builtin' | 'file', id: string, board: Board): Known => ({
  id,
  source,
  board,
  owner_id: null,
  owner_username: null,
  open: false,
  version: 0,
  updated_at: null,
  updated_by: null,
})

/** All there are, by id; of two with the same id a file stands before what is built in, and that before one's own. */
export async function allKnown(db: ReadDb | Tx, files: FileBoards): Promise<Known[]> {
  const own = await rows(db).orderBy('dashboards.title').orderBy('dashboards.id').execute()
  const known = new Map<string, Known>()
  for (const one of own.map(ownKnown)) known.set(one.id, one)
  for (const [id, board] of builtinBoards) known.set(id, fixed('builtin', id, board))
  for (const [id, board] of files.boards) known.set(id, fixed('file', id, board))
  return [...known.values()]
}

/** @throws AppError RESOURCE_NOT_FOUND */
export async function oneKnown(db: ReadDb | Tx, files: FileBoards, id: string): Promise<Known> {
  const fromFile = files.boards.get(id)
  if (fromFile) return fixed('file', id, fromFile)
  const builtin = builtinBoards.get(id)
  if (builtin) return fixed('builtin', id, builtin)
  const row = await rows(db).where('dashboards.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('dashboard', id)
  return ownKnown(row)
}

const rows = (db: ReadDb | Tx) =>
  db
    .selectFrom('dashboards')
    .leftJoin('users', 'users.id', 'dashboards.owner_id')
    .selectAll('dashboards')
    .select('users.username as owner_username')

type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]

function ownKnown({ id, owner_id, owner_username, board_json, open, version, updated_at, updated_by }: Row): Known {
  return {
    id,
    source: 'own',
    // Parsed, so that what a later version of the schema adds is there in older ones too.
    board: Board.parse(JSON.parse(board_json)),
    owner_id,
    owner_username,
    open: open === 1,
    version,
    updated_at,
    updated_by,
  }
}

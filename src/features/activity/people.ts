import type { ReadDb } from '#platform/database/database.ts'

/** Who acted, as far as it can still be told. */
export interface Person {
  user_id: string
  /** Null when the user was deleted. */
  username: string | null
  demo: boolean
}

/** Credentials that act without being a user. */
const nobody: Record<string, string> = { bootstrap: 'ADMIN_TOKEN', local: 'local command' }

/** Names of users by their ids. */
export async function peopleOf(db: ReadDb, ids: readonly (string | null)[]): Promise<(id: string) => Person> {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  const rows =
    wanted.length === 0
      ? []
      : await db.selectFrom('users').select(['id', 'username', 'demo']).where('id', 'in', wanted).execute()
  const users = new Map(rows.map((row) => [row.id, row]))
  return (id) => {
    const user = users.get(id)
    return {
      user_id: id,
      username: user?.username ?? (Object.hasOwn(nobody, id) ? nobody[id]! : null),
      demo: user?.demo === 1,
    }
  }
}

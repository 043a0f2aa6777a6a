import { callPage } from '#console/client.ts'
import type { User } from './queries.ts'

/** Id of the user with this username or address who may get the projects of another. */
export async function heirNamed(name: string, leaving: User): Promise<string> {
  const wanted = name.trim().toLowerCase()
  if (!wanted) throw new Error('Say who gets the projects')
  const { rows } = await callPage('GET /admin/users', { query: { q: wanted, limit: 1000 } })
  const heir = rows.find(({ username, email }) => username === wanted || email === wanted)
  if (!heir) throw new Error(`There is no user ${wanted}`)
  if (heir.id === leaving.id) throw new Error('Give the projects to somebody else')
  return heir.id
}

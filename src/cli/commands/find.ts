import type * as z from 'zod'
import { usersEndpoints, type User } from '#features/users/contract.ts'
import { didYouMean } from '#platform/config/nearest.ts'
import type { Api } from '../api.ts'
import { CommandError } from '../failure.ts'

export type UserView = z.output<typeof User>

const pageLength = 1_000

/** Everything that a list in pages holds. */
export async function allPages<T>(page: (limit: number, offset: number) => Promise<T[]>): Promise<T[]> {
  const all: T[] = []
  for (;;) {
    const next = await page(pageLength, all.length)
    all.push(...next)
    if (next.length < pageLength) return all
  }
}

/** A user by username, e-mail address or id. */
export async function findUser(api: Api, name: string): Promise<UserView> {
  const wanted = name.toLowerCase()
  const users = await allPages((limit, offset) => api.call(usersEndpoints.list, { query: { limit, offset } }))
  const found = users.find(({ id, username, email }) => username === wanted || email === wanted || id === name)
  if (found) return found
  const suggestion = didYouMean(
    wanted,
    users.map(({ username }) => username),
  )
  throw new CommandError('notFound', `There is no user ${name}${suggestion}`, '`miktos users list` shows all')
}

import { randomBytes } from 'node:crypto'
import { newId } from '#kernel/id.ts'
import { dayMs, hourMs, minuteMs } from '#kernel/time.ts'
import type { ActivityEvent } from '#features/activity/index.ts'
import type { MessageRow, ProjectRow } from '#features/projects/index.ts'
import { hashPassword, type UserRow } from '#features/users/index.ts'
import { people, projects } from './cast.ts'
import { seeded } from './random.ts'
import { sampleHistory, type Caller } from './traffic.ts'

const historyDays = 30

export interface Sample {
  users: UserRow[]
  projects: ProjectRow[]
  messages: MessageRow[]
  history: ActivityEvent[]
}

/** Users whose password nobody knows, their projects, and 30 days of what they did; all of it labelled. */
export async function makeSample(now: number, apiPrefix: string): Promise<Sample> {
  const random = seeded(20_261_122)
  const passwordHash = await hashPassword(randomBytes(32).toString('base64url'))
  const users = people.map((person, index) => userRow(person, passwordHash, now - (60 - index * 5) * dayMs))
  const idOf = new Map(users.map(({ username, id }) => [username, id]))

  const projectRows = projects.map(({ name, description, owner, status }, index): ProjectRow => {
    const created_at = now - (28 - index * 3) * dayMs
    return {
      id: newId(),
      owner_id: idOf.get(owner)!,
      name,
      description,
      status,
      created_at,
      updated_at: now - (index + 1) * 5 * hourMs,
      demo: 1,
    }
  })
  const messages = projectRows.flatMap((project, index) =>
    projects[index]!.talk.map(([role, content], line, talk): MessageRow => {
      const created_at = project.updated_at - (talk.length - line) * 3 * minuteMs
      return { id: newId(), project_id: project.id, author_id: project.owner_id, role, content, created_at }
    }),
  )
  const history = sampleHistory(callersOf(users, projectRows), historyDays, now, apiPrefix, random)
  return { users: users.map((user) => withLastLogin(user, history)), projects: projectRows, messages, history }
}

const userRow = ({ name, role, state }: (typeof people)[number], passwordHash: string, createdAt: number): UserRow => ({
  id: newId(),
  email: `${name}@demo.invalid`,
  username: name,
  password_hash: passwordHash,
  role,
  state,
  created_at: createdAt,
  updated_at: createdAt,
  password_changed_at: createdAt,
  last_login_at: null,
  last_login_address: null,
  failed_logins: 0,
  locked_until: null,
  mfa_secret_sealed: null,
  mfa_enabled_at: null,
  mfa_last_step: 0,
  demo: 1,
})

function withLastLogin(user: UserRow, history: readonly ActivityEvent[]): UserRow {
  const last = history.findLast(({ kind, user_id }) => kind === 'login' && user_id === user.id)
  return last ? { ...user, last_login_at: last.at, last_login_address: last.address } : user
}

/** The sample users who do something, as they are stored. */
export const callersOf = (
  users: readonly Pick<UserRow, 'id' | 'username' | 'state'>[],
  owned: readonly Pick<ProjectRow, 'id' | 'owner_id'>[],
): Caller[] =>
  users.flatMap(({ id, username, state }) => {
    const habits = people.find(({ name }) => name === username)?.habits
    if (!habits || state !== 'active') return []
    const projectIds = owned.filter(({ owner_id }) => owner_id === id).map((project) => project.id)
    return [{ id, ...habits, projectIds }]
  })

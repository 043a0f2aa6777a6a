import { feature } from '#platform/http/endpoints.ts'
import { usersEndpoints } from './contract.ts'
import { userHandlers } from './routes.ts'
import { userMigrations } from './store.ts'

export { countFailedAttempt, isLocked, requireUnlocked } from './lockout.ts'
export { hashPassword, passwordMatches, requireGoodPassword } from './password.ts'
export {
  administratorRole,
  findUser,
  findUserByName,
  getUser,
  hasAdministrator,
  insertUser,
  updateUserRow,
  type UserRow,
} from './store.ts'
export { audited, newUserRow, setPassword } from './users.ts'

export const usersFeature = feature({
  name: 'users',
  migrations: userMigrations,
  endpoints: usersEndpoints,
  handlers: userHandlers,
})

import { AppError } from '#kernel/errors.ts'
import { hasAdministrator } from '#features/users/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import { feature, type Feature } from '#platform/http/endpoints.ts'
import type { Platform } from '#platform/platform.ts'
import { authEndpoints } from './contract.ts'
import { authHandlers } from './routes.ts'
import { sessionMigrations } from './sessions.ts'
import { createFirstAdministrator, createSetupToken } from './setup.ts'
import { ticketMigrations } from './tickets.ts'

export { createAuthenticator } from './identify.ts'

export interface Auth {
  feature: Feature
  /**
   * Makes the first administrator from `admin_email` and `admin_password` where these are set;
   * otherwise, while there is none, a one-time set-up token to show to whoever started Miktos.
   */
  prepareSetup(platform: Platform): Promise<{ setupToken: string } | undefined>
}

export function createAuth(): Auth {
  const token = createSetupToken()
  return {
    feature: feature({
      name: 'auth',
      migrations: [...sessionMigrations, ...ticketMigrations],
      endpoints: authEndpoints,
      handlers: authHandlers(token),
    }),
    prepareSetup: async (platform) => {
      if (await hasAdministrator(platform.database.read)) return undefined
      const [email, password] = [platform.config.get('admin_email'), platform.config.get('admin_password')]
      if (!email || !password) return { setupToken: token.issue(platform.now()) }
      const ctx = new Context(platform, systemActor('system', 'Miktos', []), {
        requestId: null,
        address: null,
        userAgent: null,
      })
      await createFirstAdministrator(ctx, { email, password }).catch((error: unknown) => {
        // Another server that started at the same time was first.
        if (!(error instanceof AppError && error.code === 'GONE')) throw error
      })
      return undefined
    },
  }
}

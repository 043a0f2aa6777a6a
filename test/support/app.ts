import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { pino } from 'pino'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Permission } from '#kernel/permissions.ts'
import { testConfig, type Settings } from '#platform/config/config.ts'
import { createApp, type App } from '#server/app.ts'

export const adminPassword = 'a long enough phrase'

/** A clock that a test moves; it starts at the real time and stands still. */
export interface TestClock {
  now: () => number
  advance(ms: number): void
}

export function testClock(startAt = Date.now()): TestClock {
  let at = startAt
  return {
    now: () => at,
    advance: (ms) => {
      at += ms
    },
  }
}

export type Call = (
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<LightMyRequestResponse>

export interface TestApp {
  app: App
  clock: TestClock
  /** Nobody in particular. */
  anonymous: Call
  /** The administrator made at start, with a fresh session. */
  admin: Call
  adminId: string
  adminToken: string
  /** A caller with an access token or API key. */
  as(token: string): Call
  /** Makes a user with the role and logs them in. */
  user(
    role: string,
    name?: string,
  ): Promise<{ id: string; token: string; refreshToken: string; call: Call; password: string; username: string }>
  /** Makes a role with just these permissions and a user who has it. */
  userWith(...permissions: Permission[]): Promise<{ id: string; token: string; call: Call }>
  login(username: string, password: string, more?: Record<string, unknown>): Promise<LightMyRequestResponse>
  stop(): Promise<void>
}

/** Rates that no test meets by accident. */
const generous: Partial<Settings> = {
  rate_limit: 1e6,
  rate_limit_auth: 1e6,
  rate_limit_logs: 1e6,
  rate_limit_metrics: 1e6,
  // The stores start a thread each; only the tests that are about them pay for that.
  metrics_interval_seconds: 0,
  alerts_evaluate: false,
  logs_own: false,
  logs_journal: false,
  logs_docker: false,
}

/**
 * The whole product on a database of its own (SQLite in a temporary folder unless `database_url`
 * says otherwise) with one administrator, `admin`. Ends with the test that started it.
 */
export async function startApp(settings: Partial<Settings> = {}, { background = true } = {}): Promise<TestApp> {
  const dataDir = settings.data_dir ?? mkdtempSync(join(tmpdir(), 'miktos-test-'))
  const clock = testClock()
  const config = testConfig({
    data_dir: dataDir,
    database_url: `sqlite:///${join(dataDir, 'miktos.db')}`,
    admin_email: 'admin@example.com',
    admin_password: adminPassword,
    ...generous,
    ...settings,
  })
  const app = await createApp({
    config,
    log: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    now: clock.now,
    background,
  })
  app.platform.lifecycle.markReady()
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> =>
    (stopped ??= app.stop().then(() => {
      if (!settings.data_dir) rmSync(dataDir, { recursive: true, force: true })
    }))
  after(stop)

  const as =
    (token?: string): Call =>
    (method, url, body, headers = {}) =>
      app.http.inject({
        method: method as NonNullable<InjectOptions['method']>,
        url,
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { payload: body as object }),
      })
  const anonymous = as()
  const login = (username: string, password: string, more = {}) =>
    anonymous('POST', '/api/v1/auth/login', { username, password, ...more })
  const loggedIn = async (username: string, password: string) => {
    const { user, tokens } = (await login(username, password)).json()
    return { id: user.id as string, token: tokens.access_token as string, refreshToken: tokens.refresh_token as string }
  }
  const { id: adminId, token: adminToken } = await loggedIn('admin', adminPassword)
  const admin = as(adminToken)
  let made = 0
  const user: TestApp['user'] = async (role, name = `${role.slice(0, 20)}-${++made}`) => {
    const password = `password of ${name}!`
    const created = await admin('POST', '/api/v1/admin/users', {
      email: `${name}@example.com`,
      username: name,
      password,
      role,
    })
    if (created.statusCode !== 201) throw new Error(`could not make ${name}: ${created.body}`)
    const session = await loggedIn(name, password)
    return { ...session, call: as(session.token), password, username: name }
  }
  return {
    app,
    clock,
    anonymous,
    admin,
    adminId,
    adminToken,
    as,
    user,
    userWith: async (...permissions) => {
      const name = `only-${++made}`
      await admin('POST', '/api/v1/admin/roles', { name, permissions })
      return user(name)
    },
    login,
    stop,
  }
}

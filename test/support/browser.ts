import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { launchServer, serverPassword, type ServerProcess } from './server.ts'
import { until } from './until.ts'

/** Why a suite that needs a browser is skipped, for the `skip` option. */
export const withoutChromium = (): string | false =>
  process.env['MIKTOS_TEST_CHROMIUM'] ? false : 'set MIKTOS_TEST_CHROMIUM'

/** How long a page may take to show something on a machine that is busy. */
const shownWithinMs = 20_000

/** Queries that follow on others have come by then. */
const quietFrames = 6

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const wide = { width: 1440, height: 900 }
export const narrow = { width: 375, height: 812 }

/** A real Chromium without a window; whoever starts it closes it. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['MIKTOS_TEST_CHROMIUM']!, headless: true, args: quiet })

/** A server, a browser, and the administrator logged in; `stop` ends it all. */
export interface World {
  browser: Browser
  server: ServerProcess
  dataDir: string
  admin: BrowserContext
  stop(): Promise<void>
}

/** With `MIKTOS_DEMO` in `env` it waits until the sample data is there. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'miktos-test-'))
  let child: ChildProcess | undefined
  const [server, browser] = await Promise.all([
    launchServer({ dataDir, env }, (started) => (child = started)),
    startBrowser(),
  ])
  const admin = await loggedIn(browser, server)
  if (env['MIKTOS_DEMO']) await sampleIsThere(admin, server.url)
  const stop = async (): Promise<void> => {
    await browser.close()
    child?.kill('SIGKILL')
    await server.exited
    await rm(dataDir, { recursive: true, force: true })
  }
  return { browser, server, dataDir, admin, stop }
}

/** The sample is written after the start. */
const sampleIsThere = (context: BrowserContext, url: string): Promise<void> =>
  until('the sample data', async () => {
    const { users } = await api<{ users: number }>(context, url, 'GET', '/admin/demo')
    return users > 0
  })

export async function newContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  // Without movement there is nothing half shown to look at.
  const context = await browser.newContext({
    viewport: wide,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  context.setDefaultTimeout(shownWithinMs)
  return context
}

/** A context whose pages are logged in: by the API, which is faster than the form. */
export async function loggedIn(
  browser: Browser,
  { url }: Pick<ServerProcess, 'url'>,
  options: BrowserContextOptions & { username?: string; password?: string } = {},
): Promise<BrowserContext> {
  const { username = 'admin', password = serverPassword, ...rest } = options
  const context = await newContext(browser, { ...rest, baseURL: url })
  const reply = await context.request.post('/api/v1/auth/login', {
    headers: { origin: url },
    data: { username, password, cookie: true },
  })
  if (!reply.ok()) throw new Error(`${username} cannot log in: ${reply.status()} ${await reply.text()}`)
  return context
}

/**
 * Everything that goes wrong on a page without anybody looking: errors on the browser's console, exceptions, refusals
 * of the content security policy, dialogs, requests that leave the server. Empty while all is well.
 */
export function watchFaults(page: Page, url: string): string[] {
  const faults: string[] = []
  const host = new URL(url).host
  const isForeign = (address: string): boolean => /^(https?|wss?):/.test(address) && new URL(address).host !== host
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    if (isForeign(request.url())) faults.push(`foreign request: ${request.url()}`)
  })
  page.on('websocket', (socket) => {
    if (isForeign(socket.url())) faults.push(`foreign socket: ${socket.url()}`)
  })
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return faults
}

/**
 * For the suite around it: one world, and for each test a page of the administrator on which nothing goes wrong unseen.
 * `started` puts into the world what all tests need; what a test expects to go wrong it takes out of `faults`.
 */
export function pageForEachTest({
  env,
  started,
  opened,
}: {
  env: Record<string, string>
  started: (world: World) => Promise<void>
  opened: (page: Page, faults: string[]) => void
}): void {
  let world: World
  let page: Page
  let faults: string[]
  before(async () => {
    world = await startWorld(env)
    await started(world)
  })
  after(() => world.stop())
  beforeEach(async () => {
    page = await world.admin.newPage()
    faults = watchFaults(page, world.server.url)
    opened(page, faults)
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(faults, [])
  })
}

/** Resolves when the page has its heading, nothing holds the place of something else, and the text stays as it is. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction((framesMin) => {
    const waiting =
      document.querySelector('main [aria-busy="true"], main .animate-breathe, [role="progressbar"]') !== null
    const text = waiting ? '' : (document.querySelector('main')?.textContent?.replaceAll(/\d+/g, '') ?? '')
    const seen = window as unknown as { settledText?: string; settledFrames?: number }
    seen.settledFrames = text !== '' && seen.settledText === text ? (seen.settledFrames ?? 0) + 1 : 0
    seen.settledText = text
    return seen.settledFrames >= framesMin
  }, quietFrames)
}

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await settled(page)
}

interface AxeOptions {
  /** Selector of the part that is looked at; else the whole page. */
  part?: string | undefined
  /** The rules that are asked; else all. */
  only?: string[]
}

/** Rules that the page breaks, each with the elements that break it. */
export async function axeViolations(page: Page, { part, only }: AxeOptions = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  if (part) axe.include(part)
  if (only) axe.withRules(only)
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`)
}

/** Elements that make the page wider than the window, `[]` where none does. */
export const wideElements = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const overflows = [document.documentElement, document.querySelector('main')!].some(
      (element) => element.scrollWidth > element.clientWidth,
    )
    if (!overflows) return []
    const isCut = (element: Element): boolean => {
      const parent = element.parentElement
      if (!parent || parent.tagName === 'MAIN') return false
      return getComputedStyle(parent).overflowX !== 'visible' || isCut(parent)
    }
    const tooWide = [...document.querySelectorAll('main *')].filter(
      (element) => element.getBoundingClientRect().right > innerWidth + 1 && !isCut(element),
    )
    return ['overflow', ...tooWide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))]
  })

export async function setTheme(page: Page, theme: 'dark' | 'light'): Promise<void> {
  const shown = await page.locator('html').getAttribute('data-theme')
  if (shown !== theme) await page.keyboard.press('Control+.')
  await page.locator(`html[data-theme="${theme}"]`).waitFor({ state: 'attached' })
}

/** A call with the context's cookies as the console itself makes it. Throws unless it is answered with 2xx. */
export async function api<Answer>(
  context: BrowserContext,
  url: string,
  method: string,
  path: string,
  data?: object,
): Promise<Answer> {
  const reply = await context.request.fetch(`${url}/api/v1${path}`, {
    method,
    headers: { origin: url },
    ...(data && { data }),
  })
  if (!reply.ok()) throw new Error(`${method} ${path}: ${reply.status()} ${await reply.text()}`)
  return (reply.status() === 204 ? undefined : await reply.json()) as Answer
}

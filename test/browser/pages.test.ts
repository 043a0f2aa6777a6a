import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { pages } from '#console/pages.ts'
import {
  api,
  axeViolations,
  loggedIn,
  narrow,
  newContext,
  open,
  setTheme,
  settled,
  startWorld,
  watchFaults,
  wide,
  wideElements,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { places, type Place } from './rows.ts'

const viewerPassword = 'only looks at what others do'

/** A theme changes nothing else. */
const colourRules = ['color-contrast', 'link-in-text-block']

/** Sum of the layout shifts of one load. */
const shiftMax = 0.02

const registered = pages.flatMap((page) => [page, ...(page.panels ?? [])])
const outside = ['/login', '/register', '/setup']

describe('every page', { skip: withoutChromium() }, () => {
  let world: World
  let all: Place[]

  before(async () => {
    world = await startWorld({
      MIKTOS_DEMO: 'true',
      MIKTOS_REGISTRATION: 'approval',
      // The pages of metrics have something to show from the beginning.
      MIKTOS_METRICS_INTERVAL_SECONDS: '1',
    })
    all = await places(world.admin, world.server.url)
  })
  after(() => world.stop())

  for (const { path } of registered) {
    test(`${path} opens whole, alone and for everybody`, async (context) => {
      const { admin, server } = world
      const { address, title, isPanel } = all.find((place) => place.path === path)!
      const part = isPanel ? '[role="dialog"]' : undefined
      const page = await admin.newPage()
      const faults = watchFaults(page, server.url)
      await watchShifts(page)
      await open(page, address)
      assert.equal(await page.locator('h1').count(), 1)
      // While alerts fire their number stands before it.
      assert.equal((await page.title()).replace(/^\(\d+\) /, ''), `${title} · Miktos`)
      if (!isPanel) assert.equal(await page.locator('[aria-label="Breadcrumb"] [aria-current]').innerText(), title)
      assert.equal(new URL(page.url()).pathname, address)
      assert.deepEqual(await wideElements(page), [], '1440 px')
      const wideShifts = await shiftsOfLoad(page)
      await setTheme(page, 'dark')
      assert.deepEqual(await axeViolations(page, { part }), [], 'dark')
      await setTheme(page, 'light')
      assert.deepEqual(await axeViolations(page, { part, only: colourRules }), [], 'light')

      const before = await outline(page)
      await page.setViewportSize(narrow)
      await page.reload()
      await settled(page)
      const narrowShifts = await shiftsOfLoad(page)
      assert.equal(await outline(page), before, 'after a reload')
      assert.deepEqual(await wideElements(page), [], '375 px')
      assert.deepEqual(await axeViolations(page, { part }), [], '375 px')
      assert.deepEqual(faults, [])
      for (const [size, shifts] of [
        ['1440 px', wideShifts],
        ['375 px', narrowShifts],
      ] as const) {
        context.diagnostic(`layout shift at ${size}: ${sumOf(shifts).toFixed(4)}`)
        assert.ok(
          sumOf(shifts) < shiftMax,
          `jumps at ${size}: ${JSON.stringify(shifts.filter(({ value }) => value > 0.001))}`,
        )
      }
      await page.close()
    })
  }

  for (const path of outside) {
    test(`${path} opens for somebody who is nobody yet`, async () => {
      const { browser, server } = world
      const context = await newContext(browser, { baseURL: server.url })
      const page = await context.newPage()
      const faults = watchFaults(page, server.url)
      await open(page, path)
      assert.equal(await page.locator('h1').count(), 1)
      for (const theme of ['dark', 'light'] as const) {
        await page.evaluate(
          (wanted) => localStorage.setItem('miktos.preferences', JSON.stringify({ theme: wanted })),
          theme,
        )
        await page.reload()
        await settled(page)
        assert.equal(await page.locator('html').getAttribute('data-theme'), theme)
        assert.deepEqual(await axeViolations(page), [], theme)
      }
      for (const size of [wide, narrow]) {
        await page.setViewportSize(size)
        assert.deepEqual(await wideElements(page), [], `${size.width} px`)
      }
      assert.deepEqual(faults, [])
      await context.close()
    })
  }

  test('a viewer is told what they lack, sees no way there, and no request of theirs is refused', async () => {
    const { admin, browser, server } = world
    await api(admin, server.url, 'POST', '/admin/users', {
      email: 'viewer@example.com',
      username: 'viewer',
      role: 'viewer',
      password: viewerPassword,
    })
    const context = await loggedIn(browser, server, { username: 'viewer', password: viewerPassword })
    const { permissions } = await api<{ permissions: string[] }>(context, server.url, 'GET', '/me')
    const page = await context.newPage()
    const refused: string[] = []
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(`${response.request().method()} ${response.url()}`)
    })
    await open(page, '/')
    const items = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts()
    const links = new Set(items.map((text) => text.split('\n')[0]!.trim()))
    const lacked = ({ needs }: Place) =>
      needs.find((anyOf) => anyOf.length > 0 && !anyOf.some((name) => permissions.includes(name)))
    for (const place of all) {
      const { path, address, title } = place
      const missing = lacked(place)
      const isAllowed = missing === undefined
      const inNavigation = pages.some((known) => known.path === path && known.nav)
      if (inNavigation) assert.equal(links.has(title), isAllowed, `${title} in the navigation`)
      if (path === '/') continue
      await open(page, address)
      const denied = page.getByText('You may not see this page')
      assert.equal((await denied.count()) > 0, !isAllowed, `${path} for a viewer`)
      if (missing) await named(page, missing)
    }
    assert.deepEqual(refused, [])
    await context.close()
  })

  test('no button that a viewer can press is refused', async () => {
    const { browser, server } = world
    const context = await loggedIn(browser, server, { username: 'viewer', password: viewerPassword })
    const { permissions } = await api<{ permissions: string[] }>(context, server.url, 'GET', '/me')
    const page = await context.newPage()
    const refused: string[] = []
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(`${response.request().method()} ${response.url()}`)
    })
    const allowed = all.filter(({ needs }) =>
      needs.every((anyOf) => anyOf.length === 0 || anyOf.some((name) => permissions.includes(name))),
    )
    for (const { address } of allowed) {
      await open(page, address)
      const labels = await page.locator('main button:not([disabled]):not([aria-disabled="true"])').count()
      for (let index = 0; index < labels; index++) {
        const button = page.locator('main button:not([disabled]):not([aria-disabled="true"])').nth(index)
        if (!(await button.isVisible())) continue
        await button.click({ timeout: 2_000 }).catch(() => undefined)
        await page.keyboard.press('Escape')
        if (new URL(page.url()).pathname !== address) await open(page, address)
      }
    }
    assert.deepEqual(refused, [])
    await context.close()
  })

  test('an address that leads nowhere says so inside the shell', async () => {
    const { admin, server } = world
    const page = await admin.newPage()
    const faults = watchFaults(page, server.url)
    await open(page, '/no-such-page')
    assert.match(await page.locator('main').innerText(), /not|nothing|no page/i)
    assert.equal(await page.getByRole('navigation', { name: 'Main' }).count(), 1)
    assert.deepEqual(await axeViolations(page), [])
    assert.deepEqual(faults, [])
    await page.close()
  })
})

interface Shift {
  value: number
  /** What moved, and by how many pixels downwards. */
  moved: string[]
}

interface Watched {
  shifts: Shift[]
}

/** Of the browser's own kind, which the types of the DOM do not know. */
interface LayoutShift extends PerformanceEntry {
  value: number
  hadRecentInput: boolean
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
}

const watchShifts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const shifts: Shift[] = []
    Object.assign(window, { shifts })
    const nameOf = (node: Node | null): string => {
      const element = node instanceof Element ? node : node?.parentElement
      return `${element?.tagName} ${element?.textContent?.slice(0, 30)}`
    }
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
        const moved = sources.map(
          ({ node, previousRect, currentRect }) =>
            `${nameOf(node)} by ${Math.round(currentRect.top - previousRect.top)} px`,
        )
        if (!hadRecentInput) shifts.push({ value, moved })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })

const shiftsOf = (page: Page): Promise<Shift[]> => page.evaluate(() => (window as unknown as Watched).shifts)

/**
 * The shifts of this load. What came or went on the server meanwhile moves things rightly: where too much moved the page
 * is loaded again, once, and what it does every time moves again.
 */
async function shiftsOfLoad(page: Page): Promise<Shift[]> {
  const shifts = await shiftsOf(page)
  if (sumOf(shifts) < shiftMax) return shifts
  await page.reload()
  await settled(page)
  const again = await shiftsOf(page)
  return sumOf(again) < sumOf(shifts) ? again : shifts
}

const sumOf = (shifts: Shift[]): number => shifts.reduce((sum, { value }) => sum + value, 0)

/** What stands on the page whatever the hour: headings, column heads, labels and tabs, without numbers. */
const outline = async (page: Page): Promise<string> => {
  const texts = await page
    .locator('h1, main h2, main h3, main th, main label, main legend, [role="tab"], [role="dialog"] h2')
    .allTextContents()
  return texts.map((text) => text.replaceAll(/\d+/g, '').trim()).join('\n')
}

async function named(page: Page, permission: readonly string[]): Promise<void> {
  const text = await page.locator('body').innerText()
  for (const name of permission) assert.ok(text.includes(name), `${name} is named`)
}

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  axeViolations,
  loggedIn,
  open,
  settled,
  startWorld,
  watchFaults,
  withoutChromium,
  type World,
} from '../support/browser.ts'

const from = '2026-11-20T22:00:00Z'
const to = '2026-11-20T23:00:00Z'

describe('time zones', { skip: withoutChromium() }, () => {
  let world: World

  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  const rangeOf = (page: Page): Promise<string> => page.getByRole('button', { name: /^Time:/ }).innerText()

  test('times follow the address before the preference, and the address goes along to other pages that show times', async () => {
    // Nine hours ahead of UTC the whole year.
    const context = await loggedIn(world.browser, world.server, { timezoneId: 'Asia/Tokyo' })
    const page = await context.newPage()
    const faults = watchFaults(page, world.server.url)
    await open(page, `/logs?from=${from}&to=${to}`)
    assert.match(await rangeOf(page), /21 Nov, 07:00/)
    await page.getByRole('button', { name: /^Time:/ }).click()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('menuitemcheckbox', { name: 'UTC', exact: true }).click()
    await page.waitForURL(/tz=utc/)
    await page.keyboard.press('Escape')
    await settled(page)
    assert.match(await rangeOf(page), /20 Nov, 22:00 to 23:00\s+UTC/)

    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Metrics' }).first().click()
    await page.getByRole('heading', { name: 'Metrics', level: 1 }).waitFor()
    await settled(page)
    assert.match(await rangeOf(page), /20 Nov, 22:00 to 23:00\s+UTC/)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Users' }).first().click()
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
    assert.equal(new URL(page.url()).search, '')

    await open(page, `/explore?from=${from}&to=${to}&tz=America/Sao_Paulo`)
    assert.match(await rangeOf(page), /20 Nov, 19:00 to 20:00\s+America\/Sao_Paulo/)
    await open(page, `/explore?from=${from}&to=${to}&tz=No/where`)
    assert.match(await rangeOf(page), /21 Nov, 07:00/)

    await open(page, '/me/preferences')
    await page.getByRole('button', { name: 'UTC', exact: true }).click()
    await open(page, `/explore?from=${from}&to=${to}`)
    assert.match(await rangeOf(page), /20 Nov, 22:00/)
    await open(page, `/explore?from=${from}&to=${to}&tz=browser`)
    assert.match(await rangeOf(page), /21 Nov, 07:00/)
    assert.deepEqual(faults, [])
    await context.close()
  })
})

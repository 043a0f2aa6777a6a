import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import {
  api,
  axeViolations,
  loggedIn,
  narrow,
  open,
  setTheme,
  startWorld,
  watchFaults,
  wideElements,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'

describe('sources', { skip: withoutChromium() }, () => {
  let world: World

  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  test('what is read and scraped, how it goes, and what went wrong', async () => {
    const { server, admin } = world
    const folder = temporaryFolder()
    const file = join(folder, 'shop.log')
    await writeFile(file, 'first\nsecond\n')
    await api(admin, server.url, 'PUT', '/logs/sources', {
      files: [
        { name: 'shop', path: file, labels: { env: 'test' } },
        { name: 'nowhere', path: join(folder, 'none-*.log') },
      ],
    })
    const away = `http://127.0.0.1:${await freePort()}/metrics`
    await api(admin, server.url, 'PUT', '/metrics/targets', {
      targets: [
        { job: 'self', url: `${server.url}/metrics`, interval_seconds: 1 },
        { job: 'away', url: away, interval_seconds: 1, labels: { site: 'far' } },
      ],
    })
    const page = await admin.newPage()
    const faults = watchFaults(page, server.url)
    await open(page, '/settings/sources')
    const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text })
    await row('shop').getByText('Reading').waitFor()
    await row('shop').getByText('env=test').waitFor()
    await row('nowhere').getByText('No file found').waitFor()
    await row('self').getByText('Up', { exact: true }).waitFor()
    await row('away').getByText('Down').waitFor()
    assert.match(await row('away').innerText(), /ECONNREFUSED|refused/)
    await appendFile(file, 'third\n')
    await row('shop').getByRole('cell', { name: '3', exact: true }).waitFor()
    await row('shop').getByText('1 file').click()
    await row('shop')
      .getByText(/of \d+ B/)
      .waitFor()
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme)
      assert.deepEqual(await axeViolations(page), [])
    }
    await page.setViewportSize(narrow)
    assert.deepEqual(await wideElements(page), [])
    assert.deepEqual(await axeViolations(page), [])
    assert.deepEqual(faults, [])
  })

  test('who may not read logs sees the targets alone', async () => {
    const { server, admin, browser } = world
    const password = 'only looks at metrics'
    await api(admin, server.url, 'POST', '/admin/users', {
      email: 'vic@example.com',
      username: 'vic',
      role: 'viewer',
      password,
    })
    const context = await loggedIn(browser, server, { username: 'vic', password })
    const page = await context.newPage()
    const faults = watchFaults(page, server.url)
    await open(page, '/settings/sources')
    await page.getByRole('table', { name: 'Scrape targets' }).waitFor()
    assert.equal(await page.getByRole('table', { name: 'Sources of logs' }).count(), 0)
    assert.deepEqual(faults, [])
    await context.close()
  })
})

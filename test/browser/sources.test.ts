import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
import { hook } from '../support/hook.ts'
import { freePort } from '../support/port.ts'

describe('sources', { skip: withoutChromium() }, () => {
  let world: World

  before(async () => {
    world = await startWorld({ MIKTOS_OUTBOUND_ALLOW: '127.0.0.0/8' })
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
    const shop = await hook()
    shop.answer({ status: 200, body: 'orders 1\n' })
    const away = `http://127.0.0.1:${await freePort()}/metrics`
    await api(admin, server.url, 'PUT', '/metrics/targets', {
      targets: [
        { job: 'orders', url: `${shop.url}/metrics`, interval_seconds: 1 },
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
    await row('orders').getByText('Up', { exact: true }).waitFor()
    await row('away').getByText('Down').waitFor()
    assert.match(await row('away').innerText(), /refuses the connection/)
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

  test('files and targets are added, tested, changed and removed, and of two editors the second is asked', async () => {
    const { server, admin } = world
    await api(admin, server.url, 'PUT', '/logs/sources', { files: [] })
    await api(admin, server.url, 'PUT', '/metrics/targets', { targets: [] })
    const target = createServer((_request, response) => response.end('things 1\n')).listen(0, '127.0.0.1')
    after(() => target.close())
    await once(target, 'listening')
    const address = `http://127.0.0.1:${(target.address() as AddressInfo).port}/metrics`
    const page = await admin.newPage()
    const faults = watchFaults(page, server.url)
    await open(page, '/settings/sources')
    const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text })
    const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).last().click()
    const choose = async (text: string, action: string): Promise<void> => {
      await row(text)
        .getByRole('button', { name: /actions/i })
        .click()
      await page.getByRole('menuitem', { name: action }).click()
    }
    const looksRight = async (): Promise<void> => {
      assert.deepEqual(await axeViolations(page), [])
      assert.deepEqual(await wideElements(page), [])
    }

    await press('Add files')
    const sheet = page.getByRole('dialog')
    await sheet.getByLabel('Name').fill('shop')
    await sheet.getByLabel('Files', { exact: true }).fill('shop.log')
    await looksRight()
    await press('Add files')
    await sheet.getByText('Write an absolute path').waitFor()
    await sheet.getByLabel('Files', { exact: true }).fill(join(temporaryFolder(), '*.log'))
    await press('Add files')
    await row('shop').getByText('No file found').waitFor()

    await press('Add target')
    await sheet.getByLabel('Job').fill('things')
    await sheet.getByLabel('Address').fill('things:9100')
    await press('Test now')
    await sheet.locator('[aria-invalid="true"][name="url"]').waitFor()
    await sheet.getByLabel('Address').fill(address)
    await sheet.getByLabel('Every, seconds').fill('1')
    await press('Test now')
    await sheet.getByText('It can be scraped').waitFor()
    await looksRight()
    await press('Add target')
    await row('things').getByText('Up', { exact: true }).waitFor()

    await choose('things', 'Change')
    await sheet.getByLabel(/^Labels/).fill('zone')
    await press('Save')
    await sheet.getByText('zone: write a name').waitFor()
    await sheet.getByLabel(/^Labels/).fill('zone=a')
    await api(admin, server.url, 'PUT', '/metrics/targets', {
      targets: [
        { job: 'things', url: address },
        { job: 'theirs', url: address },
      ],
    })
    await press('Save')
    await sheet.getByText('Somebody else changed the targets meanwhile').waitFor()
    await press('Save over it')
    await row('things').getByText('zone=a').waitFor()
    await row('theirs').waitFor()

    await choose('theirs', 'Test now')
    await sheet.getByText('things 1').waitFor()
    await looksRight()
    await press('Close')
    await choose('theirs', 'Remove')
    await press('Remove target')
    await row('theirs').waitFor({ state: 'detached' })
    await choose('shop', 'Remove')
    await press('Remove files')
    await row('shop').waitFor({ state: 'detached' })
    // The one refusal and the one conflict were asked for.
    assert.deepEqual(
      faults.filter((fault) => !/\b(400|409)\b/.test(fault)),
      [],
    )
  })

  test('who may not read logs sees the targets alone', async () => {
    const { server, admin, browser } = world
    const target = { job: 'looked at', url: 'http://127.0.0.1:9/metrics' }
    await api(admin, server.url, 'PUT', '/metrics/targets', { targets: [target] })
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

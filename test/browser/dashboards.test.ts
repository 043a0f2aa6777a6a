import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  api,
  axeViolations,
  loggedIn,
  narrow,
  open,
  pageForEachTest,
  setTheme,
  settled,
  watchFaults,
  wideElements,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { until } from '../support/until.ts'

interface Dashboard {
  id: string
  version: number
  board: { title: string; panels: { id: string; x: number; y: number; w: number; h: number; title: string }[] }
}

const panel = { type: 'stat', x: 0, y: 0, w: 6, h: 5, queries: [{ expr: 'count(miktos_component_up)' }] }

describe('dashboards', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  let faults: string[]

  pageForEachTest({
    env: { MIKTOS_METRICS_INTERVAL_SECONDS: '1', MIKTOS_RATE_LIMIT_METRICS: '1000000' },
    started: async (own) => {
      world = own
      await until(
        'the server has metrics of its own',
        async () => {
          const { resultType, result } = await api<{ resultType: string; result: unknown[] }>(
            world.admin,
            world.server.url,
            'GET',
            `/metrics/query?query=${encodeURIComponent('count_over_time(process_start_time_seconds[1m]) > 12')}`,
          )
          return resultType === 'vector' && result.length > 0
        },
        60_000,
      )
    },
    opened: (own, ownFaults) => {
      page = own
      faults = ownFaults
    },
  })

  const create = (title: string, board: object = {}): Promise<Dashboard> =>
    api(world.admin, world.server.url, 'POST', '/dashboards', {
      board: { title, panels: [{ ...panel, id: 'p1', title: 'Parts' }], ...board },
    })
  const read = (id: string): Promise<Dashboard> => api(world.admin, world.server.url, 'GET', `/dashboards/${id}`)
  const panelNamed = (name: string): Locator =>
    page.locator('[data-panel]').filter({ has: page.getByRole('heading', { name, exact: true }) })

  const shows = (panel: Locator, text: RegExp): Promise<void> =>
    until(`a panel shows ${text}`, async () => text.test(await panel.innerText()))

  test('the built-in ones show real numbers, without a violation in either theme', async () => {
    await open(page, '/dashboards/miktos?from=now-5m')
    await shows(panelNamed('Memory').first(), /\d+(\.\d+)? [KMG]iB/)
    await panelNamed('Parts').getByText('database').waitFor()
    const { components } = await api<{ components: object }>(
      world.admin,
      world.server.url,
      'GET',
      '/admin/system/health',
    )
    const listed = panelNamed('Parts').getByText('OK', { exact: true })
    await until('every part is listed', async () => (await listed.count()) === Object.keys(components).length)
    assert.deepEqual(await axeViolations(page), [])
    await setTheme(page, 'light')
    assert.deepEqual(await axeViolations(page), [])
    await setTheme(page, 'dark')
    await open(page, '/dashboards/system-overview?from=now-5m')
    await shows(panelNamed('Disk'), /\d+(\.\d+)? %/)
    await page.setViewportSize(narrow)
    await settled(page)
    assert.deepEqual(await wideElements(page), [])
    assert.deepEqual(await axeViolations(page), [])
    const boxes = await page.locator('[data-panel]').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()))
    assert.ok(
      boxes.every(({ width }) => width > 320),
      'panels stand below each other on a phone',
    )
  })

  test("Grafana's address leads to the board; HTTP shows requests once a variable is chosen, and a reload shows the same", async () => {
    await open(page, '/grafana/d/api-metrics?from=now-5m&refresh=')
    assert.equal(new URL(page.url()).pathname, '/dashboards/api-metrics')
    await page.getByRole('button', { name: /^Route/ }).click()
    await page.getByRole('menuitemcheckbox', { name: '/metrics/query', exact: false }).first().click()
    await page.keyboard.press('Escape')
    await until('the address has the choice', () => page.url().includes('var-route='))
    await settled(page)
    await shows(panelNamed('Requests'), /\d.*\/s/)
    const before = await page.getByRole('group', { name: 'Variables' }).innerText()
    await page.reload()
    await settled(page)
    assert.equal(await page.getByRole('group', { name: 'Variables' }).innerText(), before)
  })

  test('only what is on the screen is asked for, all in one request', async () => {
    const asked: number[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/metrics/query'))
        asked.push((request.postDataJSON() as { queries: unknown[] }).queries.length)
    })
    const panels = Array.from({ length: 30 }, (_, index) => ({ ...panel, id: `p${index}`, y: index * 5, w: 24 }))
    const { id } = await create('Long', { panels, refresh_seconds: 0 })
    await open(page, `/dashboards/${id}`)
    assert.equal(asked.length, 1)
    assert.ok(asked[0]! < 10, `${asked[0]} queries at once`)
    await page.locator('[data-panel="p29"]').scrollIntoViewIfNeeded()
    await until('the last one is asked for too', () => asked.length > 1)
    assert.ok(asked.reduce((sum, count) => sum + count, 0) < 25)
  })

  test('create, add a panel, move and resize it by keyboard, save with the difference shown', async () => {
    await open(page, '/dashboards')
    await page.getByRole('link', { name: 'New dashboard' }).click()
    await page.getByLabel('Title', { exact: true }).fill('By keyboard')
    await page.getByRole('button', { name: 'Create and add panels' }).click()
    await page.getByRole('button', { name: 'Add panel', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Stat', exact: true }).click()
    await page.getByLabel('Title', { exact: true }).fill('Components')
    await page.getByLabel('Query 1, PromQL').fill('count(miktos_build_info)')
    await page.getByLabel('Query 1, PromQL').press('Control+Enter')
    await panelNamed('Components').getByText('1', { exact: true }).waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: /^Close the editor/ }).click()
    await panelNamed('Components').focus()
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowRight', 'Shift+ArrowDown'])
      await page.keyboard.press(key)
    await page.getByText('Components: column 3, row 2, 7 wide, 6 high').waitFor({ state: 'attached' })
    await page.reload()
    await settled(page)
    await panelNamed('Components').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByRole('dialog').getByText('count(miktos_build_info)').waitFor()
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(/\/dashboards\/by-keyboard$/)
    const { board, version } = await read('by-keyboard')
    const [{ x, y, w, h, title }] = board.panels as [Dashboard['board']['panels'][number]]
    assert.deepEqual([version, title, x, y, w, h], [2, 'Components', 2, 1, 7, 6])
  })

  test('queries of panels and variables are completed, variables among the names', async () => {
    const { id } = await create('Completed', {
      panels: [],
      variables: [{ type: 'custom', name: 'part', options: ['database', 'cache'] }],
    })
    await open(page, `/dashboards/${id}/edit`)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Add variable' }).click()
    const added = page.getByRole('group', { name: 'New variable' })
    await added.getByLabel('Of which metric').click()
    await page.keyboard.type('miktos_component_u')
    await page.getByRole('option', { name: /^miktos_component_up/ }).waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('dialog').count(), 1, 'Escape closes the list and not the form')
    await page.keyboard.type('p')
    await page.keyboard.press('Tab')
    await added.getByLabel('Values of the label').fill('component')
    await added.getByLabel('Name').fill('component')
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: /^component/ }).waitFor()
    await page.getByRole('button', { name: 'Add panel', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Stat', exact: true }).click()
    await page.getByLabel('Title', { exact: true }).fill('One part')
    await page.getByLabel('Query 1, PromQL').click()
    await page.keyboard.type('sum(miktos_component_up{component="$compo')
    await page.getByRole('option', { name: '$component', exact: true }).click()
    await page.keyboard.press('Control+Enter')
    await panelNamed('One part').getByText('1', { exact: true }).waitFor()
    assert.match(await page.getByLabel('Query 1, PromQL').innerText(), /component="\$component"/)
    assert.deepEqual(await axeViolations(page), [])
  })

  test('a pointer moves a panel, and what it meets makes way', async () => {
    const { id } = await create('By pointer', {
      panels: [
        { ...panel, id: 'a', title: 'First' },
        { ...panel, id: 'b', title: 'Second', x: 6 },
      ],
    })
    await open(page, `/dashboards/${id}/edit`)
    const grip = panelNamed('First').locator('.cursor-grab')
    const from = (await grip.boundingBox())!
    const onto = (await panelNamed('Second').locator('.cursor-grab').boundingBox())!
    await page.mouse.move(from.x + 5, from.y + 5)
    await page.mouse.down()
    await page.mouse.move(onto.x + 5, onto.y + 5, { steps: 8 })
    await page.mouse.up()
    const [first, second] = [(await panelNamed('First').boundingBox())!, (await panelNamed('Second').boundingBox())!]
    assert.ok(Math.abs(first.x - second.x) < 2 && second.y > first.y + 100, JSON.stringify([first, second]))
  })

  test('somebody saved meanwhile: both are shown, and one chooses', async () => {
    const { id, board } = await create('Contended')
    await open(page, `/dashboards/${id}/edit?panel=p1`)
    await page.getByLabel('Title', { exact: true }).fill('Mine')
    await api(world.admin, world.server.url, 'PUT', `/dashboards/${id}`, {
      board: { ...board, panels: [{ ...board.panels[0], title: 'Theirs' }] },
      version: 1,
    })
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.getByText(/saved version 2/).waitFor()
    await dialog.getByText('Theirs', { exact: true }).waitFor()
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    assert.equal((await read(id)).board.panels[0]!.title, 'Theirs')
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await page.waitForURL(new RegExp(`/dashboards/${id}$`))
    const { version, board: after } = await read(id)
    assert.deepEqual([version, after.panels[0]!.title], [3, 'Mine'])
    // A 409 is an error on the browser's console, and the only one here.
    assert.equal(faults.filter((fault) => fault.includes('409')).length, 1)
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('409')))
  })

  test('import of a Grafana dashboard names what was not taken over', async () => {
    const json = await readFile(
      new URL('../../src/features/dashboards/import/samples/node.json', import.meta.url),
      'utf8',
    )
    await open(page, '/dashboards-import')
    await page.getByLabel('or its JSON').fill('no json')
    await page.getByRole('button', { name: 'Read' }).click()
    await page.getByText('This is no JSON of a dashboard').waitFor()
    await page.getByLabel('or its JSON').fill(json)
    await page.getByRole('button', { name: 'Read' }).click()
    await page.getByText('panels of the kind heatmap: it was left out').waitFor()
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await page.getByRole('button', { name: 'Create dashboard' }).click()
    await page.waitForURL(/\/dashboards\/node-exporter-full$/)
    await panelNamed('CPU Busy').getByText('No data in this range').waitFor()
    assert.deepEqual(await axeViolations(page), [])
  })

  test('kiosk covers everything else until Escape; v fills the page with the panel at hand', async () => {
    await open(page, '/dashboards/miktos')
    await page.keyboard.press('d')
    await page.keyboard.press('k')
    await page.locator('[data-kiosk]').waitFor()
    assert.match(page.url(), /kiosk=1/)
    const navigations = page.locator('nav[aria-label="Main"]')
    assert.ok(await navigations.evaluateAll((all) => all.every((nav) => nav.closest('[inert]') !== null)))
    assert.deepEqual(await axeViolations(page), [])
    await page.keyboard.press('Escape')
    await page.locator('[data-kiosk]').waitFor({ state: 'detached' })
    await panelNamed('Parts').focus()
    await page.keyboard.press('v')
    await until('the panel is alone', async () => (await page.locator('[data-panel]').count()) === 1)
    await page.keyboard.press('Escape')
    await until('all are back', async () => (await page.locator('[data-panel]').count()) === 11)
  })

  test('a viewer looks, chooses and has a kiosk, and is offered nothing that would be refused', async () => {
    const { url } = world.server
    const password = 'only looks at dashboards'
    const user = { email: 'vera@example.com', username: 'vera', password, role: 'viewer' }
    await api(world.admin, url, 'POST', '/admin/users', user)
    const viewer = await loggedIn(world.browser, world.server, { username: 'vera', password })
    const own = await viewer.newPage()
    const ownFaults = watchFaults(own, url)
    await open(own, '/dashboards')
    await own.getByRole('link', { name: 'HTTP' }).click()
    await settled(own)
    await own.getByRole('button', { name: 'More' }).click()
    assert.deepEqual(await own.getByRole('menuitem').allInnerTexts(), ['Kiosk\nd\nk', 'Export as JSON'])
    assert.equal(await own.getByRole('link', { name: 'Edit' }).count(), 0)
    assert.deepEqual(ownFaults, [])
    await viewer.close()
  })
})

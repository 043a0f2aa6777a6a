import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page, Request } from 'playwright-core'
import type { Series } from '../../src/platform/telemetry/metrics/metrics.ts'
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
import { remoteWrite } from '../support/remoteWrite.ts'
import { until } from '../support/until.ts'

const minuteMs = 60_000
const dayMinutes = 24 * 60
const hosts = 50
const metricCount = 2_000
const tint = 'tint: from the least to the most within a step'

describe('metrics', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  let faults: string[]

  pageForEachTest({
    env: {
      MIKTOS_METRICS_INTERVAL_SECONDS: '1',
      MIKTOS_RATE_LIMIT_METRICS: '1000000',
      MIKTOS_RATE_LIMIT_PROTOCOL: '1000000',
    },
    started: async (own) => {
      world = own
      const token = await world.server.login()
      const write = (series: Series[]): Promise<void> =>
        remoteWrite(`${world.server.url}/prometheus/api/v1/write`, series, token)
      await write(fleet(Date.now()))
      await write(manyNames(Date.now()))
      await write([spiky(Date.now())])
    },
    opened: (own, ownFaults) => {
      page = own
      faults = ownFaults
    },
  })

  const editor = (name = 'Query'): Locator => page.getByRole('textbox', { name, exact: true })
  const legend = (): Locator => page.getByRole('table', { name: 'Lines' })
  const run = (): Locator => page.getByRole('button', { name: 'Run', exact: true })
  const inAddress = (name: string): string | null => new URL(page.url()).searchParams.get(name)

  test('nothing asked yet: eight queries that the metrics at hand answer, and one click shows the first', async () => {
    await open(page, '/explore')
    const starters = page.getByRole('region', { name: 'Queries to begin with' }).getByRole('button')
    await starters.first().waitFor()
    assert.equal(await starters.count(), 8)
    assert.deepEqual(await axeViolations(page), [])
    await starters.first().click()
    // The first point stands on the grid: up to a step after the server's first look at itself.
    await until(
      'there is a point',
      async () => {
        await run().click()
        await settled(page)
        return legend().isVisible()
      },
      20_000,
    )
    assert.equal(inAddress('q'), 'system_cpu_utilization_ratio')
  })

  test('completion names metrics within 100 ms of the key, with 2,000 of them', async (context) => {
    await open(page, '/explore')
    await page.getByRole('region', { name: 'Queries to begin with' }).getByRole('button').first().waitFor()
    const tookMs: number[] = []
    for (const key of ['a', 'a', 'a', 'a', 'a']) {
      await editor().click()
      await page.evaluate(watchCompletion)
      await page.keyboard.press(key)
      await page.getByRole('option', { name: 'app_metric_0000' }).first().waitFor()
      // It is in the document a frame before it is on the screen.
      tookMs.push((await (await page.waitForFunction(completionMs)).jsonValue())!)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Backspace')
    }
    context.diagnostic(`completion after a key: ${written(tookMs)}`)
  })

  test('a query is typed with completion, runs, and is the same after a reload', async () => {
    await open(page, '/explore')
    await editor().click()
    await page.keyboard.type('avg by (host) (fleet_lo')
    await page.getByRole('option', { name: /^fleet_load/ }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await editor().fill('avg by (host) (fleet_load{host=~"h0[0-3]"})')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+/')
    assert.match(await editor().innerText(), /^# avg by/)
    await page.keyboard.press('Control+/')
    await page.keyboard.press('Control+Enter')
    await legend().getByRole('row').nth(4).waitFor()
    assert.equal(inAddress('q'), 'avg by (host) (fleet_load{host=~"h0[0-3]"})')
    assert.deepEqual(await axeViolations(page), [])
    const names = await legend().getByRole('rowheader').allInnerTexts()
    assert.deepEqual(names, ['{host="h00"}', '{host="h01"}', '{host="h02"}', '{host="h03"}'])
    await page.reload()
    await settled(page)
    await legend().waitFor()
    assert.deepEqual(await legend().getByRole('rowheader').allInnerTexts(), names)
  })

  test('what is shown goes onto a dashboard: a new one at first, then one that is there', async () => {
    await open(page, '/explore?q=fleet_load{host="h00"}&q2=fleet_load{host="h01"}&fill=stacked&unit=percent')
    await legend().waitFor()
    const add = async (): Promise<Locator> => {
      await page.getByRole('button', { name: 'Share' }).click()
      await page.getByRole('menuitem', { name: 'Add to a dashboard' }).click()
      return page.getByRole('dialog')
    }
    const dialog = await add()
    await dialog.getByLabel('Title of the dashboard').fill('Fleet')
    await dialog.getByLabel('Title of the panel').fill('Load of two')
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Added to Fleet').waitFor()
    await add()
    await dialog.getByLabel('Dashboard', { exact: true }).selectOption('Fleet')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    // The newer message lies over the older.
    const opens = page.getByRole('button', { name: 'Open', exact: true })
    await opens.nth(1).waitFor()
    await opens.first().click()
    await page.waitForURL(/\/dashboards\/fleet$/)
    await page.getByRole('heading', { name: 'Load of two' }).waitFor()
    const { board } = await api<{ board: { panels: Record<string, unknown>[] } }>(
      world.admin,
      world.server.url,
      'GET',
      '/dashboards/fleet',
    )
    assert.deepEqual(
      board.panels.map(({ id, type, unit, stacked, y }) => ({ id, type, unit, stacked, y })),
      [
        { id: 'p1', type: 'timeseries', unit: 'percent', stacked: true, y: 0 },
        { id: 'p2', type: 'timeseries', unit: 'percent', stacked: true, y: 8 },
      ],
    )
  })

  test('the legend shows one alone, takes away and brings back, by pointer and by keys, and sorts', async () => {
    await open(page, '/explore?q=fleet_load{host=~"h0[0-3]"}')
    await legend().waitFor()
    const names = legend().getByRole('rowheader').getByRole('button')
    const pressed = (): Promise<(string | null)[]> =>
      names.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-pressed')))
    await names.nth(1).click()
    assert.deepEqual(await pressed(), ['false', 'true', 'false', 'false'])
    await names.nth(1).click()
    assert.deepEqual(await pressed(), ['true', 'true', 'true', 'true'])
    await names.nth(2).click({ modifiers: ['Control'] })
    assert.deepEqual(await pressed(), ['true', 'true', 'false', 'true'])
    await names.nth(2).press('Control+Enter')
    assert.deepEqual(await pressed(), ['true', 'true', 'true', 'true'])
    await legend().getByRole('button', { name: 'Max' }).click()
    assert.match(await names.first().innerText(), /h03/)
  })

  test('dragging zooms, Shift and dragging moves, keys zoom and go out again', async () => {
    await open(page, '/explore?q=fleet_load{host="h00"}&from=now-6h')
    await legend().waitFor()
    const span = (): number => Date.parse(inAddress('to')!) - Date.parse(inAddress('from')!)
    const lastMoment = () => page.getByRole('slider').getAttribute('aria-valuetext')
    await drag(page, 0.25, 0.75)
    await until('the range is absolute', async () => inAddress('to')?.endsWith('Z') ?? false)
    // Until the answer is there the plot shows what it did, and would be moved as that.
    await page.getByText('step 30s', { exact: true }).waitFor()
    const zoomedMs = span()
    assert.ok(Math.abs(zoomedMs - 180 * minuteMs) < 10 * minuteMs, String(zoomedMs))
    const before = inAddress('from')
    await page.keyboard.down('Shift')
    await drag(page, 0.5, 0.6)
    await page.keyboard.up('Shift')
    await until('it moved', async () => inAddress('from') !== before)
    assert.ok(Math.abs(span() - zoomedMs) < minuteMs)
    await page.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+PageUp')
    await page.keyboard.press('Enter')
    await until('a tenth is left', async () => span() < zoomedMs / 5)
    await until('the moment is told with its value', async () => /fleet_load/.test((await lastMoment()) ?? ''))
    const zoomedAgainMs = span()
    await page.getByRole('heading', { level: 1 }).focus()
    await page.keyboard.press('t')
    await page.keyboard.press('z')
    await until('it is twice as long', async () => Math.abs(span() - 2 * zoomedAgainMs) < 2 * minuteMs)
    await page.goBack()
    await until('Back goes back', async () => Math.abs(span() - zoomedAgainMs) < 1_000)
  })

  test('the time is copied on one page and pasted on another', async () => {
    await open(page, '/explore?q=up&from=now-6h')
    await page.keyboard.press('t')
    await page.keyboard.press('a')
    await until('the range is absolute', async () => inAddress('to')?.endsWith('Z') ?? false)
    const copied = [inAddress('from'), inAddress('to')]
    await page.keyboard.press('t')
    await page.keyboard.press('c')
    await page.getByText('Time copied').waitFor()
    for (const path of ['/logs', '/dashboards/miktos']) {
      await open(page, path)
      await page.keyboard.press('t')
      await page.keyboard.press('v')
      await until(`it is that of ${path}`, async () => inAddress('from') === copied[0] && inAddress('to') === copied[1])
    }
  })

  test('a double click goes back to what was shown before the last zoom, and only there', async () => {
    await open(page, '/explore?q=fleet_load{host="h00"}&from=now-6h')
    await legend().waitFor()
    await drag(page, 0.25, 0.75)
    await until('the range is absolute', async () => inAddress('to')?.endsWith('Z') ?? false)
    const zoomed = page.url()
    await drag(page, 0.25, 0.75)
    await until('it is zoomed once more', async () => page.url() !== zoomed)
    await settled(page)
    await doubleClick(page)
    await until('the first zoom is back', async () => page.url() === zoomed)
    await settled(page)
    await doubleClick(page)
    await until('the range is as it was', async () => inAddress('from') === 'now-6h')
    await settled(page)
    await doubleClick(page)
    await settled(page)
    assert.equal(inAddress('from'), 'now-6h')
  })

  test('a click pins the values of a moment, with the alerts that fire then; they are copied, followed and let go', async () => {
    const { id } = await api<{ id: string }>(world.admin, world.server.url, 'POST', '/alerts', {
      name: 'Fleet is loaded',
      interval_seconds: 5,
      condition: { type: 'promql', expr: 'max(fleet_load) or vector(1)' },
    })
    await until('it fires', async () => {
      const path = `/alerts/active?rule_id=${id}&state=firing`
      const { alerts } = await api<{ alerts: unknown[] }>(world.admin, world.server.url, 'GET', path)
      return alerts.length === 1
    })
    await open(page, '/explore?q=vector(7)&from=now-2m')
    await legend().waitFor()
    const pinned = page.getByRole('group', { name: /: pinned moment$/ })
    const slider = page.getByRole('slider')
    await slider.focus()
    await page.keyboard.press('End')
    await until('the alert is told', async () =>
      ((await slider.getAttribute('aria-valuetext')) ?? '').includes('Fleet is loaded'),
    )
    await page.keyboard.press('Enter')
    await pinned.getByRole('link', { name: 'Fleet is loaded' }).waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await page.evaluate(() =>
      document.addEventListener('copy', ({ clipboardData }) => {
        document.body.dataset['copied'] = clipboardData!.getData('text/plain')
      }),
    )
    await page.keyboard.press('Control+c')
    await until('the values are copied', async () => (await page.locator('body[data-copied]').count()) === 1)
    assert.match(
      (await page.locator('body').getAttribute('data-copied'))!,
      /^\d{4}-\d\d-\d\dT[\d:.]+Z\n.*\t7\nFleet is loaded$/,
    )
    await page.keyboard.press('Escape')
    await pinned.waitFor({ state: 'detached' })

    const over = (await page.locator('.u-over').first().boundingBox())!
    await page.mouse.click(over.x + over.width * 0.3, over.y + over.height / 2)
    await pinned.waitFor()
    await page.mouse.move(over.x + over.width * 0.6, over.y + over.height / 2)
    await page.mouse.click(over.x + over.width * 0.6, over.y + over.height / 2)
    await pinned.waitFor({ state: 'detached' })
    await page.mouse.click(over.x + over.width - 2, over.y + over.height / 2)
    await pinned.getByRole('link', { name: 'Fleet is loaded' }).click()
    await page.waitForURL(/\/alerts\/firing\//)
    await api(world.admin, world.server.url, 'DELETE', `/alerts/${id}`)
  })

  test('a spike between two points of the chart is drawn, counted and told', async () => {
    await open(page, '/explore?q=spiky&from=now-24h')
    const cells = legend().getByRole('row').nth(1).getByRole('cell')
    await cells.first().waitFor()
    assert.deepEqual(await cells.allInnerTexts(), ['10', '10', '900', '10'])
    await page.getByText(tint).waitFor()
    const slider = page.getByRole('slider')
    await slider.focus()
    const spoken = async (): Promise<string> => (await slider.getAttribute('aria-valuetext')) ?? ''
    // It is in the middle, a point before or after.
    await page.keyboard.press('End')
    for (let tenth = 0; tenth < 5; tenth += 1) await page.keyboard.press('PageUp')
    for (let point = 0; point < 5; point += 1) await page.keyboard.press('ArrowRight')
    await until('the spike is found', async () => {
      await page.keyboard.press('ArrowLeft')
      return (await spoken()).includes('between 10 and 900')
    })
    await page.keyboard.press('Enter')
    const pinned = page.getByRole('group', { name: /pinned moment/ })
    assert.match(await pinned.innerText(), /10\s+10 – 900/)
    assert.deepEqual(await axeViolations(page), [])
    // On top of each other, what was apart adds up to nothing that ever was.
    await open(page, '/explore?q=spiky&from=now-24h&fill=stacked')
    await cells.first().waitFor()
    assert.equal(await page.getByText(tint).count(), 0)
  })

  test('an error stands at its column, and what the other query found stays', async () => {
    await open(page, '/explore?q=fleet_load{host="h00"}&q2=sum(rate(fleet_load[5m]')
    await page.getByText(/At character \d+: .*end of input/).waitFor()
    assert.equal(await page.locator('[data-problem]').innerText(), ']')
    assert.equal(await legend().getByRole('rowheader').count(), 1)
    assert.deepEqual(await axeViolations(page), [])
    await editor('Query B').fill('sum(fleet_load)')
    await page.keyboard.press('Escape')
    await run().click()
    await until('both are drawn', async () => (await legend().getByRole('rowheader').count()) === 2)
    assert.equal(await page.locator('[data-problem]').count(), 0)
  })

  test('too many points: says the limit, and a coarser step is one click', async () => {
    await open(page, '/explore?q=fleet_load&from=now-24h&step=1s')
    await page.getByText(/11,000 points/).waitFor()
    await page.getByRole('button', { name: 'Use a step of 3m' }).click()
    await legend().waitFor()
    assert.equal(inAddress('step'), '3m')
  })

  test('table and JSON, over a range and at one moment', async () => {
    await open(page, '/explore?q=fleet_load{host=~"h0[0-3]"}&view=table')
    const table = page.getByRole('table', { name: 'Series' })
    await table.waitFor()
    assert.equal(await table.getByRole('row').count(), 5)
    await table.getByRole('button', { name: 'Value' }).click()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Instant' }).click()
    await table.waitFor()
    assert.equal(await page.getByRole('button', { name: 'Graph' }).count(), 0)
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByText('"type": "vector"').waitFor()
    assert.deepEqual(await axeViolations(page), [])
  })

  test('a refresh asks only for what is new', async () => {
    const spans: number[] = []
    page.on('request', (request: Request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/metrics/query')) return
      const { queries } = request.postDataJSON() as { queries: { from_ms: number; to_ms: number }[] }
      spans.push(queries[0]!.to_ms - queries[0]!.from_ms)
    })
    await open(page, '/explore?q=process_resident_memory_bytes&from=now-15m&refresh=5s')
    await until('it asked again', () => spans.length >= 2, 20_000)
    assert.ok(spans[0]! >= 14 * minuteMs, String(spans[0]))
    assert.ok(
      spans.slice(1).every((ms) => ms < minuteMs),
      String(spans),
    )
    await legend().waitFor()
  })

  test('metrics are found by name and help; what ran is in the history, with a star', async () => {
    await open(page, '/explore')
    await page.getByRole('button', { name: 'Metrics', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search metrics' }).fill('resident memory')
    await page.getByRole('button', { name: /^process_resident_memory_bytes/ }).click()
    await legend().waitFor()
    await page.getByRole('button', { name: 'History' }).click()
    const history = page.getByRole('dialog')
    await history.getByRole('button', { name: 'Star', exact: true }).first().click()
    await history.getByRole('button', { name: 'Remove the star' }).waitFor()
    const elsewhere = await loggedIn(world.browser, world.server)
    const other = await elsewhere.newPage()
    await open(other, '/explore')
    await other.getByRole('button', { name: 'History' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Remove the star' }).waitFor()
    await elsewhere.close()
    assert.deepEqual(await axeViolations(page), [])
  })

  test('a link that is too long for a chat is copied short, and leads to the same', async () => {
    const query = `fleet_load{host=~"${'h00|'.repeat(200)}h01"}`
    await open(page, `/explore?${['q', 'q2', 'q3'].map((name) => `${name}=${encodeURIComponent(query)}`).join('&')}`)
    await legend().waitFor()
    const kept = page.waitForResponse((reply) => reply.url().endsWith('/short-links'))
    await page.keyboard.press('y')
    const { id } = (await (await kept).json()) as { id: string }
    await page.getByText('Link copied').waitFor()
    await open(page, `/s/${id}`)
    await page.waitForURL(/\/explore\?/)
    await legend().waitFor()
    assert.deepEqual([inAddress('q'), inAddress('q3')], [query, query])
    await open(page, '/s/nobody_made_this')
    await page.getByText('There is no such short link').waitFor()
    assert.deepEqual(await axeViolations(page), [])
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('status of 404')))
  })

  test('nothing in the range: when something was last seen, and the way there', async () => {
    const seenMs = Math.floor(Date.now() / minuteMs) * minuteMs - 5 * 60 * minuteMs
    await remoteWrite(`${world.server.url}/prometheus/api/v1/write`, [gone(seenMs)], await world.server.login())
    await open(page, `/explore?q=${encodeURIComponent('gone_since # a while')}&from=now-15m`)
    await page.getByText('Last seen').locator('time').waitFor()
    assert.equal(await page.locator('main time').first().getAttribute('datetime'), new Date(seenMs).toISOString())
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Go there' }).click()
    await legend().waitFor()
    assert.equal(Date.parse(inAddress('to')!), seenMs + 1.5 * minuteMs)
  })

  test('nothing found says so and offers a longer range', async () => {
    await open(page, '/explore?q=nothing_has_this_name')
    await page.getByText('No series in this range').waitFor()
    await page.getByText('Nor in the last 7 days.').waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Widen to 24 hours' }).click()
    await until('the range is a day', () => inAddress('from') === 'now-24h')
  })

  test('a viewer runs queries, and is told why logs are not theirs', async () => {
    const password = 'a phrase of one who looks'
    await api(world.admin, world.server.url, 'POST', '/admin/users', {
      email: 'viewer@example.com',
      username: 'viewer',
      role: 'viewer',
      password,
    })
    const viewer = await loggedIn(world.browser, world.server, { username: 'viewer', password })
    const seen = await viewer.newPage()
    const refused = watchFaults(seen, world.server.url)
    await open(seen, '/explore?q=fleet_load{host="h00"}')
    await seen.getByRole('table', { name: 'Lines' }).waitFor()
    await seen.getByRole('button', { name: 'Share' }).click()
    await seen.getByText(/Needs the permission logs:read/).waitFor()
    assert.deepEqual(refused, [])
    await viewer.close()
  })

  test('two panes share their cursor; logs are one link away', async () => {
    await open(page, '/explore?q=fleet_load{host="h00"}')
    await legend().waitFor()
    await page.getByRole('button', { name: 'Split' }).click()
    await until('both have a legend', async () => (await legend().count()) === 2)
    const sliders = page.getByRole('slider')
    await sliders.first().hover()
    const moments = (): Promise<(string | null)[]> =>
      sliders.evaluateAll((all) => all.map((slider) => slider.getAttribute('aria-valuenow')))
    await until('they point to one moment', async () => new Set(await moments()).size === 1)
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('menuitem', { name: 'Logs for this' }).click()
    await page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor()
  })

  test('24 h of 50 series are drawn, and how soon is told', async (context) => {
    await open(page, '/explore?q=fleet_load&from=now-24h')
    await legend().waitFor()
    const tookMs: number[] = []
    for (let time = 0; time < 5; time += 1) tookMs.push(await drawnAfter(page, hosts))
    context.diagnostic(`run to drawn: ${written(tookMs)}`)
  })

  test('100,000 points follow the pointer, and how smoothly is told', async (context) => {
    for (const [query, what] of [
      ['fleet_load', 'lines alone'],
      ['fleet_load * 1', 'with what lies between their points'],
    ] as const) {
      await open(page, `/explore?q=${encodeURIComponent(query)}&from=now-24h&step=40s`)
      await legend().waitFor()
      assert.equal(await page.getByText(tint).isVisible(), query !== 'fleet_load')
      context.diagnostic(`panning, ${what}: ${await framesWhile(page)}`)
    }
  })

  test('on a phone nothing is wider than the screen, dark and light', async () => {
    await page.setViewportSize(narrow)
    for (const theme of ['dark', 'light'] as const) {
      await open(page, '/explore?q=fleet_load{host=~"h0[0-3]"}&q2=up')
      await legend().waitFor()
      await setTheme(page, theme)
      assert.deepEqual(await wideElements(page), [])
      assert.deepEqual(await axeViolations(page), [])
    }
  })
})

/** A sample a minute for a day, of fifty hosts; higher numbers have higher loads. */
const fleet = (nowMs: number): Series[] =>
  Array.from({ length: hosts }, (_, host) => ({
    labels: { __name__: 'fleet_load', host: `h${String(host).padStart(2, '0')}`, job: 'fleet' },
    timestamps: Float64Array.from({ length: dayMinutes }, (_minute, index) => nowMs - (dayMinutes - index) * minuteMs),
    values: Float64Array.from({ length: dayMinutes }, (_minute, index) => host * 3 + Math.sin(index / 30 + host)),
  }))

/** One sample of nearly six thousand is far from the others. */
const spiky = (nowMs: number): Series => {
  const count = dayMinutes * 4
  return {
    labels: { __name__: 'spiky', job: 'fleet' },
    timestamps: Float64Array.from({ length: count }, (_sample, index) => nowMs - (count - index) * 15_000),
    values: Float64Array.from({ length: count }, (_sample, index) => (index === count / 2 ? 900 : 10)),
  }
}

const gone = (lastMs: number): Series => ({
  labels: { __name__: 'gone_since', job: 'fleet' },
  timestamps: Float64Array.from({ length: 10 }, (_sample, index) => lastMs - (9 - index) * minuteMs),
  values: new Float64Array(10).fill(1),
})

const manyNames = (nowMs: number): Series[] =>
  Array.from({ length: metricCount }, (_, index) => ({
    labels: { __name__: `app_metric_${String(index).padStart(4, '0')}`, job: 'many' },
    timestamps: Float64Array.of(nowMs),
    values: Float64Array.of(index),
  }))

/** From one share of the width to another. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const over = page.locator('.u-over').first()
  await until('the plot has its size', async () => (await over.boundingBox()) !== null)
  const box = (await over.boundingBox())!
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * from, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 4 })
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 })
  await page.mouse.up()
}

async function doubleClick(page: Page): Promise<void> {
  const box = (await page.locator('.u-over').first().boundingBox())!
  await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2)
}

interface Watched extends Window {
  keyAt?: number
  shownMs?: number
}

/** Runs in the page: notes when a key goes down and when the list is on the screen. */
function watchCompletion(): void {
  const watched = window as Watched
  delete watched.shownMs
  addEventListener('keydown', () => (watched.keyAt = performance.now()), { capture: true, once: true })
  const look = (): void => {
    if (document.querySelector('.cm-tooltip-autocomplete [role="option"]') && watched.keyAt !== undefined)
      watched.shownMs = performance.now() - watched.keyAt
    else requestAnimationFrame(look)
  }
  delete watched.keyAt
  requestAnimationFrame(look)
}

const completionMs = (): number | undefined => (window as Watched).shownMs

/** Presses Run, and waits in the page until the answer has come and a frame has shown it. */
function drawnAfter(page: Page, lines: number): Promise<number> {
  return page.evaluate(async (count) => {
    const facts = (): string => document.querySelector('main p.tabular-nums:last-child')?.textContent ?? ''
    const canvas = (): HTMLCanvasElement | null => document.querySelector('figure canvas')
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Run')!
    const startedAt = performance.now()
    button.click()
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
    while (button.getAttribute('aria-busy') !== 'true') await frame()
    while (button.getAttribute('aria-busy') === 'true') await frame()
    await frame()
    const rows = document.querySelectorAll('table[aria-label="Lines"] tbody tr').length
    if (rows !== count || !canvas() || !facts().includes(`${count} series`)) throw new Error(`${rows} rows, ${facts()}`)
    return performance.now() - startedAt
  }, lines)
}

/** Frames a second while the chart follows the pointer for two seconds. */
async function framesWhile(page: Page): Promise<string> {
  const { frames, longestMs } = await page.evaluate(async () => {
    const over = document.querySelector<HTMLElement>('.u-over')!
    const { left, top, width, height } = over.getBoundingClientRect()
    const at = (share: number) => ({
      clientX: left + width * share,
      clientY: top + height / 2,
      shiftKey: true,
      bubbles: true,
      button: 0,
      buttons: 1,
    })
    over.dispatchEvent(new MouseEvent('mousedown', at(0.5)))
    const startedAt = performance.now()
    let previous = startedAt
    let count = 0
    let longest = 0
    while (performance.now() - startedAt < 2_000) {
      dispatchEvent(new MouseEvent('mousemove', at(0.5 + 0.3 * Math.sin(count / 10))))
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
      longest = Math.max(longest, now - previous)
      previous = now
      count += 1
    }
    dispatchEvent(new MouseEvent('mouseup', at(0.5)))
    return { frames: (count * 1_000) / (performance.now() - startedAt), longestMs: longest }
  })
  assert.ok(frames > 0)
  return `${frames.toFixed(1)} frames a second, longest ${longestMs.toFixed(0)} ms`
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const written = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} ms (${values.map((value) => value.toFixed(0)).join(', ')})`

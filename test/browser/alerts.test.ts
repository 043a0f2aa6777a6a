import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, afterEach, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  api,
  axeViolations,
  loggedIn,
  narrow,
  open,
  setTheme,
  settled,
  startWorld,
  watchFaults,
  wideElements,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { until } from '../support/until.ts'

/** Rules are evaluated some seconds after the start, and looking back begins anew every fifteen. */
const evaluatedMs = 60_000
const hostile = '<img src=x onerror=alert(1)> "Busy"'

interface Notes {
  notes: number
}

/** A tone has two. */
function countNotes(): void {
  const counted = window as unknown as Notes
  const { start } = OscillatorNode.prototype
  counted.notes = 0
  OscillatorNode.prototype.start = function (at) {
    counted.notes += 1
    start.call(this, at)
  }
}

describe('alerts', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  let faults: string[]
  let receiver: Server
  const received: string[] = []

  before(async () => {
    receiver = createServer((request, response) => {
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (part: string) => (body += part))
      request.on('end', () => {
        received.push(body)
        response.end('thanks for telling')
      })
    }).listen(0, '127.0.0.1')
    world = await startWorld({
      MIKTOS_METRICS_INTERVAL_SECONDS: '1',
      MIKTOS_OUTBOUND_ALLOW: '127.0.0.0/8',
      MIKTOS_RATE_LIMIT_METRICS: '10000',
    })
    // Whoever runs these tests may be busy.
    for (const id of ['cpu-usage', 'memory-usage', 'disk-usage', 'response-time'])
      await call('PUT', `/alerts/${id}`, { enabled: false })
  })
  after(async () => {
    receiver.close()
    await world.stop()
  })
  beforeEach(async () => {
    page = await world.admin.newPage()
    faults = watchFaults(page, world.server.url)
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(faults, [])
  })

  const call = <Answer>(method: string, path: string, data?: object): Promise<Answer> =>
    api<Answer>(world.admin, world.server.url, method, path, data)
  const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text })
  const field = (label: string): Locator => page.getByLabel(label, { exact: true })

  /** A rule that fires at once and for good; returns the id of its alert. */
  async function firing(name: string, more: object = {}): Promise<string> {
    const rule = { name, metric: 'cpu_usage', threshold: -1, interval_seconds: 5, ...more }
    const { id } = await call<{ id: string }>('POST', '/alerts', rule)
    let alertId = ''
    await until('the alert', async () => {
      const path = `/alerts/active?rule_id=${id}&state=firing`
      const { alerts } = await call<{ alerts: { id: string }[] }>('GET', path)
      alertId = alerts[0]?.id ?? ''
      return alertId !== ''
    })
    return alertId
  }

  /** Browsers write answers of 4xx to their console. */
  const expectRefusal = (): void => {
    faults = faults.filter((fault) => !fault.includes('status of 400'))
  }

  async function axeIsEmpty(): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme)
      assert.deepEqual(await axeViolations(page), [], theme)
    }
  }

  test('while nothing fires the page proves that somebody looks', async () => {
    await open(page, '/alerts')
    await page.getByText('Nothing firing').waitFor()
    await page.getByText(/^\d+ rules, last evaluated (now|\d+ s ago)/).waitFor({ timeout: evaluatedMs })
    assert.equal(await page.title(), 'Alerts · Miktos')
    await axeIsEmpty()
  })

  test('a rule is made with a look back, and fires before one’s eyes', async () => {
    await open(page, '/alerts')
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'New rule' }).waitFor()
    await field('Name').fill(hostile)
    await field('Threshold').fill('-1')
    await field('Fires after').fill('0s')
    await field('Evaluated every').fill('5s')
    await page.getByRole('button', { name: '6 h' }).click()
    // The first samples have just come.
    await page.getByText('Would have fired 1 time in 6 h').waitFor({ timeout: evaluatedMs })
    await axeIsEmpty()
    const watching = await world.admin.newPage()
    await open(watching, '/')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.getByRole('table', { name: 'Alert rules' }).waitFor()
    await row(hostile).getByText('Firing').waitFor()
    // Elsewhere it came by itself.
    await watching.getByRole('link', { name: hostile }).first().waitFor()
    await until('the title', async () => (await watching.title()) === '(1) Overview · Miktos')
    await watching.getByRole('button', { name: `Acknowledge ${hostile}` }).click()
    await until('the title', async () => (await watching.title()) === 'Overview · Miktos')
    await watching.close()
    await row(hostile).getByRole('switch').click()
    await row(hostile).getByText('Off').waitFor()
  })

  test('a threshold is dragged and moved by keys; its number and the look back follow, and it follows its number', async () => {
    await open(page, '/alerts/rules-new?hours=6')
    await field('Fires after').fill('0s')
    await field('Threshold').fill('1000')
    await page.getByText('Would not have fired in 6 h').waitFor()
    const handle = page.getByRole('slider', { name: /: threshold$/ })
    const isAt = (value: string) =>
      until('the threshold', async () => (await handle.getAttribute('aria-valuenow')) === value)
    await isAt('1000')
    const middle = async () => {
      const { x, y, height } = (await handle.boundingBox())!
      return { x: x + 8, y: y + height / 2 }
    }
    const { x, y } = await middle()
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (const way of [20, 60, 400]) await page.mouse.move(x, y + way)
    await page.mouse.up()
    await isAt('0')
    assert.equal(await field('Threshold').inputValue(), '0')
    await page.getByText('Would have fired 1 time in 6 h').waitFor({ timeout: evaluatedMs })

    await field('Threshold').fill('50')
    await isAt('50')
    await handle.press('ArrowUp')
    const up = async () => Number(await handle.getAttribute('aria-valuenow'))
    await until('the threshold', async () => (await up()) > 50)
    // How far one step is depends on what there is to see.
    const down = String(50 - 9 * ((await up()) - 50))
    await handle.press('Shift+ArrowDown')
    await isAt(down)
    assert.equal(await field('Threshold').inputValue(), down)

    const touch = await world.admin.newCDPSession(page)
    const finger = await middle()
    const at = (type: 'touchStart' | 'touchMove' | 'touchEnd', way: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: finger.x, y: finger.y + way }],
      })
    await at('touchStart', 0)
    for (const way of [20, 60, 400]) await at('touchMove', way)
    await at('touchEnd', 400)
    await isAt('0')
  })

  test('a figure is explained below its name, a metric of one’s own is not', async () => {
    await open(page, '/alerts/rules-new')
    await page.locator('select[aria-describedby] option', { hasText: 'another metric' }).waitFor({ state: 'attached' })
    await field('Figure').selectOption({ label: 'another metric …' })
    await field('Name of the metric').waitFor()
    assert.equal(await field('Figure').getAttribute('aria-describedby'), null)
  })

  test('events are looked back at too, and what is not recorded is said in words', async () => {
    await open(page, '/alerts/rules-new?kind=event')
    await page.getByText(/Recorded only since/).waitFor()
    await page.getByRole('slider', { name: 'What the rule counts: threshold' }).waitFor()
    await field('Type').selectOption('heartbeat')
    await page.getByText('Calls of heartbeats are not kept').waitFor()
    assert.equal(await page.getByText(/Would (not )?have fired/).count(), 0)
  })

  test('what is wrong with a rule is told where it was written', async () => {
    await open(page, '/alerts/rules-new?kind=promql&q=rate(up)')
    await field('Name').fill('Broken')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page
      .getByText(/expected type range vector|rate/)
      .first()
      .waitFor()
    assert.equal(new URL(page.url()).pathname, '/alerts/rules-new')
    await field('Fires after').fill('soon')
    await page.getByText('Write a time such as 90s, 5m or 1h').waitFor()
    expectRefusal()

    await open(page, '/alerts/rules-new')
    await field('Message').fill('{{ labels.instance }} is at {{ value | roundd }}')
    await page.getByText(/undefined filter: roundd, line:1/).waitFor()
    await field('Message').fill('{{ labels.instance }} is over {{ threshold }}')
    await page.getByText(/^.+ is over 85$/).waitFor()
    await page.getByRole('button', { name: 'Add an annotation' }).click()
    await field('Name of annotation 1').fill('runbook_url')
    await field('Value of annotation 1').fill('https://wiki/{{ labels.instance')
    await page.getByText(/output "\{\{ labels.instance" not closed/).waitFor()
    await axeIsEmpty()
  })

  test('with a phone: from the alert over acknowledging it to its logs', async () => {
    const id = await firing('Phone rings', { severity: 'critical' })
    await page.setViewportSize(narrow)
    await open(page, '/')
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Alerts/ })
      .click()
    await page.getByRole('link', { name: 'Phone rings' }).click()
    await page.getByRole('heading', { name: 'Phone rings' }).waitFor()
    assert.equal(new URL(page.url()).pathname, `/alerts/firing/${id}`)
    assert.deepEqual(await wideElements(page), [])
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click()
    await page.getByRole('main').getByText('Acknowledged').first().waitFor()
    await settled(page)
    await axeIsEmpty()
    await page.getByRole('link', { name: 'Logs', exact: true }).first().click()
    await page.getByRole('heading', { name: 'Logs' }).waitFor()
    assert.match(page.url(), /\/logs\?.*from=/)
    await settled(page)
  })

  test('an alert tells its story, and is resolved with a note', async () => {
    const id = await firing('Has a story')
    const { fingerprint } = await call<{ fingerprint: string }>('GET', `/alerts/active/${id}`)
    await open(page, `/go/alert/${fingerprint}`)
    assert.equal(new URL(page.url()).pathname, `/alerts/firing/${id}`)
    await page.getByRole('button', { name: 'Note' }).click()
    await page.getByRole('dialog').getByLabel('Note').fill('Looking at it')
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Looking at it' }).waitFor()
    const { rules } = await call<{ rules: { id: string; name: string }[] }>('GET', '/alerts')
    // Otherwise it fires again at once.
    await call('PUT', `/alerts/${rules.find(({ name }) => name === 'Has a story')!.id}`, { threshold: 1_000 })
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.getByLabel('What it was, for others').fill('A false alarm')
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click()
    await page.getByRole('main').getByText('Resolved').first().waitFor()
    await page.getByRole('definition').filter({ hasText: '1 time' }).waitFor()
    await open(page, '/alerts/history?q=story')
    await row('Has a story').getByText('Resolved').waitFor()
    await axeIsEmpty()
  })

  test('links that know a name and no page lead there, or say that there is nothing', async () => {
    await open(page, '/go/request/of%20"one"')
    const { pathname, searchParams } = new URL(page.url())
    assert.deepEqual([pathname, searchParams.get('q')], ['/logs', '@request_id:"of \\"one\\""'])
    await open(page, '/go/alert/%3Cimg%20src=x%20onerror=alert(1)%3E')
    await page.getByText('There is no such alert').waitFor()
    await page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await open(page, '/go/constructor/x')
    await page.getByText('Nothing is found this way').waitFor()
    faults = faults.filter((fault) => !fault.includes('status of 404'))
  })

  test('a silence is made from an alert with a reason, shown, and ended', async () => {
    const id = await firing('Noisy')
    await call('POST', `/alerts/active/${id}/resolve`)
    await open(page, '/alerts')
    // It is not over.
    await row('Noisy').getByText('2× in 24 h').waitFor()
    await row('Noisy').focus()
    await page.keyboard.press('s')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 open alert fits now:').waitFor()
    await dialog.getByRole('button', { name: 'Silence' }).click()
    await dialog.getByText('Say why').waitFor()
    await dialog.getByLabel('Why').fill('Being repaired')
    await axeIsEmpty()
    await dialog.getByRole('button', { name: 'Silence' }).click()
    await row('Noisy').getByText('silenced').waitFor()
    await open(page, '/alerts/silences')
    await row('Being repaired').getByText('alertname="Noisy"').waitFor()
    await row('Being repaired').getByText('In force').waitFor()
    await axeIsEmpty()
    await row('Being repaired').getByRole('button', { name: 'End now' }).click()
    await page.getByText('Nothing is silenced').waitFor()
    expectRefusal()
  })

  test('a channel is made, its test prints the answer, and its secret stays where nothing is written', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook/secret-path`
    await open(page, '/alerts/channels')
    await page.keyboard.press('n')
    await field('Name').fill('Hook')
    await field('Kind').selectOption('webhook')
    await page.getByLabel('Address').fill(url)
    await page.getByRole('button', { name: 'Create channel' }).click()
    await page.getByRole('button', { name: 'Send test by Hook' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('thanks for telling').waitFor()
    await dialog.getByText('200').waitFor()
    assert.equal(received.length, 1)
    assert.equal(JSON.parse(received[0]!).version, '4')
    await axeIsEmpty()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await row('Hook').getByText('Delivered').waitFor()
    await row('Hook').getByRole('link', { name: 'Hook' }).click()
    await page.getByText('It is set. Left empty it stays as it is.').waitFor()
    assert.ok(!(await page.content()).includes('secret-path'))
    await field('Name').fill('Renamed hook')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Send test by Renamed hook' }).click()
    await dialog.getByText('thanks for telling').waitFor()
  })

  test('a policy and a route are made, tried, and told of in the deliveries', async () => {
    await open(page, '/alerts/policies-new')
    await field('Name').fill('On call')
    await page.getByRole('checkbox', { name: /Renamed hook/ }).check()
    await page.getByRole('button', { name: 'Create policy' }).click()
    await row('On call').getByText('at once Renamed hook').waitFor()
    await page.getByRole('button', { name: 'Add a route below every alert' }).click()
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await field('Label 1').fill('team')
    await field('Value 1').fill('shop')
    await field('Tell').selectOption('policy')
    await field('Wait for others of the group').fill('0s')
    await page.getByRole('button', { name: 'Take over' }).click()
    await page.getByText('The routes are changed, but not saved.').waitFor()
    await page.getByRole('button', { name: 'Save routes' }).click()
    await page.getByRole('list', { name: 'Routes' }).getByText('policy On call').waitFor()
    await field('Labels of an alert').fill('team=shop')
    await page.getByRole('button', { name: 'Who is told?' }).click()
    await page.getByRole('region', { name: /Path/ }).getByText('and the policy On call').waitFor()
    assert.match(page.url(), /labels=team/)
    await page.reload()
    await page.getByRole('region', { name: /Path/ }).getByText('Renamed hook').first().waitFor()
    await axeIsEmpty()

    const id = await firing('Shop is slow', { labels: { team: 'shop' } })
    await open(page, '/alerts/deliveries')
    await row('Shop is slow').getByText('Delivered').waitFor()
    await page.getByRole('button', { name: 'Shop is slow' }).first().click()
    await page.getByRole('complementary').getByText('thanks for telling').first().waitFor()
    await page.getByRole('button', { name: 'Send again' }).click()
    await until('the second message', () => received.filter((body) => body.includes('Shop is slow')).length > 1)
    await axeIsEmpty()
    await open(page, '/alerts')
    await row('Shop is slow').getByText('Renamed hook').first().waitFor()
    await open(page, `/alerts/firing/${id}`)
    await page.getByRole('listitem').filter({ hasText: 'Renamed hook, firing' }).first().waitFor()

    await open(page, '/alerts')
    await row('Shop is slow')
      .getByText(/Renamed hook in \d+ h/)
      .waitFor()
    type Policies = { policies: { id: string; version: number; name: string; steps: object[] }[] }
    const [{ id: policyId, version, name, steps }] = (await call<Policies>('GET', '/notifications/policies'))
      .policies as [Policies['policies'][number]]
    const channels = [(await call<{ channels: { id: string }[] }>('GET', '/notifications/channels')).channels[0]!.id]
    const policy = { name, steps: [...steps, { delay_seconds: 3_600, channels }] }
    await call('PUT', `/notifications/policies/${policyId}`, { version, policy })
    await open(page, '/alerts')
    await row('Shop is slow')
      .getByText(/Renamed hook in 59 m \d+ s/)
      .waitFor()
    await open(page, '/')
    await page.getByText(/next: Renamed hook in \d+ m \d+ s/).waitFor()
  })

  test('rules are read from YAML after one has seen what would change', async () => {
    await open(page, '/alerts/rules-import')
    await page
      .getByLabel('or its YAML')
      .fill(
        'groups:\n  - name: shop\n    rules:\n      - alert: Imported\n        expr: up == 7\n        labels: { severity: page }\n',
      )
    await page.getByRole('button', { name: 'See what would change' }).click()
    await page.getByRole('list', { name: 'Changes' }).getByText('new').waitFor()
    await axeIsEmpty()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await row('Imported').getByText('Critical').waitFor()
  })

  test('new alerts are heard by who wants that: once in all tabs, and only from the severity that was chosen', async () => {
    const other = await world.admin.newPage()
    const tabs = [page, other]
    for (const tab of tabs) await tab.addInitScript(countNotes)
    const tones = async (): Promise<number> => {
      const notes = await Promise.all(tabs.map((tab) => tab.evaluate(() => (window as unknown as Notes).notes)))
      return (notes[0]! + notes[1]!) / 2
    }
    for (const tab of tabs) await open(tab, '/me/preferences')
    await page.getByRole('button', { name: 'Play it' }).click()
    await until('the sample', async () => (await tones()) === 1)
    await field('Sound').selectOption('error')
    await axeIsEmpty()
    // Browsers let a page be heard once somebody has used it.
    await other.getByRole('heading', { name: 'Preferences' }).click()
    await firing('Is not heard', { severity: 'warning' })
    await firing('Is heard', { severity: 'error' })
    await until('the tone', async () => (await tones()) === 2)
    const batchOverAt = Date.now() + 3_000
    await until('the next batch', () => Date.now() > batchOverAt)
    await firing('Is heard too', { severity: 'critical' })
    await until('the second tone', async () => (await tones()) > 2)
    assert.equal(await tones(), 3)
    await field('Sound').selectOption('off')
    await other.close()
  })

  test('policies, routes and silences go out as YAML, and come in after one has seen the difference', async () => {
    await call('POST', '/notifications/channels', {
      name: 'By file',
      kind: 'webhook',
      config: { url: 'https://example.com/secret-of-file' },
    })
    const yaml = (channel: string, seconds: number) =>
      `policies:\n  - name: ${JSON.stringify(hostile)}\n    steps: [{ delay_seconds: ${seconds}, channels: [${channel}] }]\n`
    await call('POST', '/notifications/import', { yaml: yaml('By file', 0) })
    await open(page, '/alerts/policies')
    await page.getByRole('button', { name: 'YAML' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Export all as YAML' }).click()
    const exported = await readFile(await (await download).path(), 'utf8')
    assert.match(exported, /channels: \[ By file \]/)
    assert.ok(!exported.includes('secret-of-file'))
    await page.getByRole('button', { name: 'YAML' }).click()
    await page.getByRole('menuitem', { name: 'Import YAML' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('or its YAML').fill(yaml('Nowhere', 60))
    await dialog.getByRole('button', { name: 'See what would change' }).click()
    await dialog.getByText('line 3: policies.0.steps.0.channels').waitFor()
    await dialog.getByText('There is no channel called Nowhere').waitFor()
    await dialog.getByRole('button', { name: 'Back' }).click()
    await dialog.getByLabel('or its YAML').fill(yaml('By file', 60))
    await dialog.getByRole('button', { name: 'See what would change' }).click()
    await dialog.getByText('changed', { exact: true }).waitFor()
    await axeIsEmpty()
    await dialog.getByRole('button', { name: 'Import' }).click()
    await row(hostile).getByText('after 1m By file').waitFor()
  })

  test('a viewer sees all of it and can press nothing that is refused', async () => {
    const password = 'only looks at what fires'
    await call('POST', '/admin/users', { email: 'vera@example.com', username: 'vera', role: 'viewer', password })
    const context = await loggedIn(world.browser, world.server, { username: 'vera', password })
    const own = await context.newPage()
    const refused: string[] = []
    own.on('response', (response) => {
      if (response.status() === 403) refused.push(response.url())
    })
    await open(own, '/alerts')
    assert.equal(await own.getByRole('button', { name: 'Acknowledge Noisy' }).getAttribute('aria-disabled'), 'true')
    for (const tab of ['rules', 'rules/cpu-usage', 'channels', 'policies', 'silences', 'deliveries', 'history'])
      await open(own, `/alerts/${tab}`)
    assert.deepEqual(refused, [])
    await context.close()
  })
})

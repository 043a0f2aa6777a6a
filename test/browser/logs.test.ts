import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  api,
  axeViolations,
  narrow,
  open,
  pageForEachTest,
  setTheme,
  settled,
  wideElements,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { pushLines, type SentLine } from '../support/pushLines.ts'
import { until } from '../support/until.ts'
import { framesOver, heapOf, logsStatusOf } from './measurePage.ts'

/** As long as the promise about the frame rate says. */
const tailSeconds = 60
const tailLinesPerSecond = 2_000

describe('logs', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  let faults: string[]
  let token: string

  pageForEachTest({
    env: { MIKTOS_RATE_LIMIT_LOGS: '1000000', MIKTOS_RATE_LIMIT_PROTOCOL: '1000000' },
    started: async (own) => {
      world = own
      token = await world.server.login()
    },
    opened: (own, ownFaults) => {
      page = own
      faults = ownFaults
    },
  })

  const send = (lines: readonly SentLine[]): Promise<void> => pushLines(world.server.url, token, lines)

  const sendText = (service: string, texts: readonly string[], atMs = Date.now()): Promise<void> =>
    send(texts.map((line, index) => ({ atMs: atMs + index, service, line })))

  const list = (): Locator => page.getByRole('log', { name: 'Lines' })
  const lineWith = (text: string): Locator => list().locator('[data-row]').filter({ hasText: text })
  const filter = (): Locator => page.getByRole('textbox', { name: 'Filter', exact: true })
  const openLogs = (path: string): Promise<void> => open(page, path)

  test('three recipes say how to send, and what is sent appears by itself', async () => {
    await openLogs('/logs?q=service:first')
    await page.getByRole('button', { name: 'How to send lines' }).click()
    const dialog = page.getByRole('dialog', { name: 'Send lines here' })
    await dialog.waitFor()
    assert.equal(await dialog.getByRole('button', { name: /^Copy / }).count(), 3)
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await page.keyboard.press('Escape')
    await sendText('first', ['hello from the first line'])
    await lineWith('hello from the first line').waitFor()
  })

  test('a search becomes a panel of a new dashboard, which shows its lines', async () => {
    await sendText('billing', ['invoice 41 written', 'invoice 42 refused'])
    await openLogs('/logs?q=service:billing+refused')
    await lineWith('invoice 42').waitFor()
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('menuitem', { name: 'Add to a dashboard' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add to a dashboard' })
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.getByText('Write a title').waitFor()
    await dialog.getByLabel('Title of the dashboard').fill('Billing')
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.waitForURL(/\/dashboards\/billing$/)
    await page.getByRole('heading', { name: 'service:billing refused' }).waitFor()
    await page.getByText('invoice 42 refused').waitFor()
    assert.equal(await page.getByText('invoice 41 written').count(), 0)
    // What was refused is an error on the browser's console.
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('422') && !fault.includes('400')))
  })

  test('a filter that was used before is found again in the history', async () => {
    await sendText('parcels', ['parcel 7 lost', 'parcel 8 delivered'])
    await openLogs('/logs?live=0')
    await filter().fill('parcel lost')
    await filter().press('Enter')
    await lineWith('parcel 7').waitFor()
    await until('it is remembered', async () => {
      const { queries } = await api<{ queries: unknown[] }>(
        world.admin,
        world.server.url,
        'GET',
        '/saved-queries?page=logs',
      )
      return JSON.stringify(queries).includes('parcel lost')
    })
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await lineWith('parcel 8').waitFor()
    await page.getByRole('button', { name: 'History' }).click()
    const history = page.getByRole('dialog', { name: 'Query history' })
    await history.getByRole('button', { name: 'parcel lost' }).waitFor()
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await history.getByRole('button', { name: 'parcel lost' }).click()
    await lineWith('parcel 8').waitFor({ state: 'detached' })
    assert.equal(await filter().inputValue(), 'parcel lost')
  })

  test('search: words, levels, services and fields, as chips and as text; Back goes back', async () => {
    await sendText('shop', [
      'level=info msg="order taken" user=ann ms=12',
      'level=error msg="payment refused" user=bob ms=740',
      'level=warn msg="payment slow" user=ann ms=510',
    ])
    await sendText('mail', ['level=info msg="payment receipt sent" user=ann'])
    await openLogs('/logs?live=0')
    await filter().fill('payment')
    await filter().press('Enter')
    await lineWith('order taken').waitFor({ state: 'detached' })
    await lineWith('payment receipt sent').waitFor()
    assert.equal(await list().locator('mark').first().innerText(), 'payment')

    await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: /Error/ }).click()
    await until('only the error is there', async () => (await list().locator('[data-row]').count()) === 1)
    assert.equal(await filter().inputValue(), 'payment level:error')
    assert.equal(new URL(page.url()).searchParams.get('q'), 'payment level:error')

    await page.goBack()
    await lineWith('payment receipt sent').waitFor()
    await page.getByRole('region', { name: 'Service' }).getByRole('button', { name: /^shop/ }).click()
    await lineWith('payment receipt sent').waitFor({ state: 'detached' })
    assert.equal(await filter().inputValue(), 'payment service:shop')
    await page
      .getByRole('list', { name: 'Parts of the filter' })
      .getByRole('button', { name: /service: shop/ })
      .click()
    await lineWith('payment receipt sent').waitFor()

    await filter().fill('@ms:>500 service:shop')
    await filter().press('Enter')
    await lineWith('payment receipt sent').waitFor({ state: 'detached' })
    await lineWith('payment refused').waitFor()
    await lineWith('payment slow').waitFor()
    assert.equal(await lineWith('order taken').count(), 0)

    await filter().fill('{service_name="shop"} |= "order"')
    await filter().press('Enter')
    await lineWith('order taken').waitFor()
    assert.equal(await list().locator('[data-row]').count(), 1)
  })

  test('a filter that cannot be read is underlined where it is wrong, and the lines stay', async () => {
    await sendText('typing', ['typing goes on'])
    await openLogs('/logs?live=0&q=service:typing')
    await lineWith('typing goes on').waitFor()
    await filter().fill('service:typing "goes')
    await page.getByText(/At character 16/).waitFor()
    assert.equal(await page.locator('[data-problem]').innerText(), '"goes')
    assert.equal(await lineWith('typing goes on').count(), 1)
    assert.deepEqual(await axeViolations(page), [])
    await filter().fill('{service_name="typing" |= "x"')
    await page.locator('[data-problem]').waitFor()
    assert.equal(await lineWith('typing goes on').count(), 1)
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('400')))
  })

  test('nothing matches: the part that removed the most is named and can be cleared', async () => {
    await sendText('hinted', ['one two', 'one three'])
    await openLogs('/logs?live=0&q=service:hinted%20zebra')
    await page.getByText('No line matches').waitFor()
    await page.getByText(/2 lines match without it/).waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Clear that filter' }).click()
    await lineWith('one three').waitFor()
    assert.equal(await filter().inputValue(), 'service:hinted')
  })

  test('volume: dragging across it zooms the time, a click on a level asks for it alone', async () => {
    const nowMs = Date.now()
    await sendText('early', ['level=error early one'], nowMs - 50 * 60_000)
    await sendText('late', ['level=error late one'], nowMs - 5 * 60_000)
    await openLogs('/logs?live=0&q=service:early,late')
    await lineWith('early one').waitFor()
    const plot = await page.getByRole('figure', { name: /Lines over time/ }).boundingBox()
    const x = (share: number): number => plot!.x + plot!.width * share
    await page.mouse.move(x(0.05), plot!.y + 30)
    await page.mouse.down()
    await page.mouse.move(x(0.5), plot!.y + 30, { steps: 5 })
    await page.mouse.up()
    await lineWith('late one').waitFor({ state: 'detached' })
    await lineWith('early one').waitFor()
    assert.match(page.url(), /from=\d{4}-\d\d-\d\dT/)
    await page.goBack()
    await lineWith('late one').waitFor()
    const bar = await page.locator('figure svg path[d^="M"]').last().boundingBox()
    await page.mouse.click(bar!.x + 2, bar!.y + bar!.height / 2)
    await until(
      'the level is asked for',
      async () => (await filter().inputValue()) === 'service:early,late level:error',
    )
  })

  test('details: fields include and exclude, become columns, and are counted; j and k walk', async () => {
    await sendText('fields', [
      '{"level":"info","msg":"first","user":"ann smith","status":200}',
      '{"level":"info","msg":"second","user":"bob","status":500}',
      '{"level":"info","msg":"third","user":"bob","status":500}',
    ])
    await openLogs('/logs?live=0&q=service:fields')
    await lineWith('first').click()
    const panel = page.getByRole('complementary', { name: 'Details' })
    await panel.getByText('ann smith').first().waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await panel.getByRole('button', { name: 'Commonest values of user' }).click()
    await panel.getByText('Of the newest 3 lines that match.').waitFor()
    await panel.getByRole('button', { name: 'Show status as a column' }).click()
    await page.getByRole('button', { name: 'Remove the column status' }).first().waitFor()
    await page.keyboard.press('j')
    await panel.getByText('second').first().waitFor()
    await page.keyboard.press('k')
    await panel.getByRole('button', { name: 'No lines with this user' }).click()
    await lineWith('first').waitFor({ state: 'detached' })
    assert.equal(await filter().inputValue(), 'service:fields -@user:"ann smith"')
    await page.reload()
    await panel.getByText('ann smith').first().waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
  })

  test('a link to a line opens on it, however many came since, and shows what is around it', async () => {
    const atMs = Date.now() - 20 * 60_000
    await sendText(
      'deep',
      Array.from({ length: 2_000 }, (_none, index) => `deep line ${index} ${index % 2 ? 'odd' : 'even'}`),
      atMs,
    )
    await openLogs('/logs?live=0&q=service:deep%20odd')
    await page.keyboard.press('r')
    await filter().fill('service:deep odd "line 1701 "')
    await filter().press('Enter')
    await lineWith('deep line 1701').click()
    await page.keyboard.press('Escape')
    const rowId = await lineWith('deep line 1701').getAttribute('data-row')
    await page.goto(`/logs?q=service:deep+odd&from=${atMs - 60_000}&to=${atMs + 60_000}&at=${rowId}`)
    await settled(page)
    await lineWith('deep line 1701').waitFor()
    assert.ok(await isInSight(lineWith('deep line 1701 ')))
    assert.equal(await lineWith('deep line 1702').count(), 0)
    await page.reload()
    await settled(page)
    assert.ok(await isInSight(lineWith('deep line 1701 ')))

    await page.keyboard.press('c')
    await lineWith('deep line 1702').waitFor()
    await page.getByText('Lines around the marked one').waitFor()
    assert.ok(await isInSight(lineWith('deep line 1701 ')))
    assert.deepEqual(await axeViolations(page), [])
    await page.keyboard.press('Escape')
    await lineWith('deep line 1702').waitFor({ state: 'detached' })

    await list().evaluate((element) => (element.scrollTop = 0))
    await until('older lines came', async () => (await list().evaluate((element) => element.scrollHeight)) > 900 * 20)
    assert.ok(await list().evaluate((element) => element.scrollTop > 0), 'what was read stays where it is')
  })

  test('export: what is downloaded is what the search finds', async () => {
    await sendText('exported', ['level=info msg="=1+1"', 'level=info msg="second"'])
    await openLogs('/logs?live=0&q=service:exported')
    await lineWith('second').waitFor()
    for (const [label, expected] of [
      ['NDJSON, one line an object', /"line":"level=info msg=\\"second\\""/],
      ['CSV for spreadsheets', /^timestamp,level,service,line/],
      ['Text as it was sent', /Z level=info msg="second"\n/],
    ] as const) {
      await page.getByRole('button', { name: 'Share' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: label }).click(),
      ])
      const text = await readFile((await download.path())!, 'utf8')
      assert.match(text, expected)
      assert.equal(text.trim().split('\n').length, label.startsWith('CSV') ? 3 : 2)
    }
  })

  test('views: saved, chosen, deleted and brought back', async () => {
    await sendText('viewed', ['level=error msg="seen"'])
    await openLogs('/logs?live=0&q=service:viewed&cols=level')
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'Save as a new view…' }).click()
    await page.getByLabel('Name').fill('Errors of viewed')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Errors of viewed' }).waitFor()
    await openLogs('/logs?live=0')
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Errors of viewed' }).click()
    await until('the filter is the view', async () => (await filter().inputValue()) === 'service:viewed')
    await page.getByRole('menuitem', { name: 'Delete Errors of viewed' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Errors of viewed' }).waitFor()
  })

  test('what programs write is text: no markup, no colours of their own, nothing invisible', async () => {
    await sendText('hostile', [
      '<img src=x onerror=alert(1)> \u001B[31mred\u001B[0m \u202Ereversed \u0000end mail ann@example.com',
    ])
    await openLogs('/logs?live=0&q=service:hostile')
    const text = await lineWith('onerror').innerText()
    assert.match(text, /<img src=x onerror=alert\(1\)> red \\u202ereversed \\0end/)
    assert.match(text, /‹redacted:email›/)
    assert.equal(await list().locator('img').count(), 0)
  })

  test('a stack trace is folded to where it begins and ends, until one looks for what is in it; the details have all', async () => {
    const frames = Array.from({ length: 30 }, (_none, index) => `    at step${index} (/srv/jobs/step.js:${index})`)
    await sendText('traced', [`TypeError: nothing to read\n${frames.join('\n')}`])
    for (const wrap of ['', '&wrap=1']) {
      await openLogs(`/logs?live=0&q=service:traced${wrap}`)
      const line = lineWith('TypeError: nothing to read')
      await line.getByText('… 28 more lines …').waitFor()
      assert.match(await line.innerText(), /step0 .*step29 /s)
      assert.doesNotMatch(await line.innerText(), /step7 |\\n/)
    }
    await filter().fill('service:traced step7')
    await filter().press('Enter')
    await lineWith('at step7 ').waitFor()
    await lineWith('at step7 ').click()
    const panel = page.getByRole('complementary', { name: 'Details' })
    await panel.getByText('at step13 ').first().waitFor()
  })

  test('what is said again and again is one line with its number, found by a link to any of them', async () => {
    await sendText('nagging', ['ready', ...Array.from({ length: 20 }, () => 'cannot reach the queue'), 'reached it'])
    await openLogs('/logs?live=0&q=service:nagging')
    await lineWith('reached it').waitFor()
    assert.equal(await list().locator('[data-row]').count(), 22)
    const last = await lineWith('cannot reach the queue').last().getAttribute('data-row')
    await page.keyboard.press('u')
    await lineWith('×20').waitFor()
    assert.equal(await list().locator('[data-row]').count(), 3)
    assert.deepEqual(await axeViolations(page), [])
    await page.getByText('22 buffered').waitFor()
    await lineWith('ready').click()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const panel = page.getByRole('complementary', { name: 'Details' })
    await panel.getByText('reached it').first().waitFor()

    await openLogs(`/logs?q=service:nagging&collapse=1&at=${last}`)
    await lineWith('×20').waitFor()
    assert.ok(await isInSight(lineWith('×20')))
    await page.getByRole('button', { name: 'Collapse repeats (u)' }).click()
    await until('each is drawn', async () => (await list().locator('[data-row]').count()) === 22)
  })

  test('live: follows, pauses when one scrolls up, counts what came since, and goes on', async () => {
    await sendText(
      'tailed',
      Array.from({ length: 200 }, (_none, index) => `tailed before ${index}`),
    )
    await openLogs('/logs?q=service:tailed')
    await page.getByText('following').waitFor()
    await sendText('tailed', ['tailed now 1'])
    await lineWith('tailed now 1').waitFor()
    await list().hover()
    await page.mouse.wheel(0, -600)
    await page.getByText('paused').waitFor()
    const before = await list().evaluate((element) => element.scrollTop)
    await sendText('tailed', ['tailed now 2', 'tailed now 3'])
    await page.getByRole('button', { name: '2 new lines' }).click()
    await page.getByText('following').waitFor()
    assert.ok(await isInSight(lineWith('tailed now 3')))
    assert.ok(before > 0)
    await page.keyboard.press('Space')
    await page.getByText('paused').waitFor()
    await page.keyboard.press('Space')
    await page.getByText('following').waitFor()
    await page.keyboard.press('l')
    await page.getByText('not live').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('live'), '0')
  })

  test('live: a line comes to the screen by itself, and how soon is told', async (context) => {
    await openLogs('/logs?q=service:quick')
    await page.getByText('following').waitFor()
    const took: number[] = []
    for (let index = 0; index < 10; index++) {
      const text = `quick ${index} end`
      const shown = page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const look = (): void => {
              if (document.querySelector('[role="log"]')?.textContent?.includes(wanted)) resolve(Date.now())
              else requestAnimationFrame(look)
            }
            look()
          }),
        text,
      )
      const sentMs = Date.now()
      await sendText('quick', [text])
      took.push((await shown) - sentMs)
    }
    context.diagnostic(`line to screen: ${took.join(', ')} ms`)
  })

  test('live: what had no room while paused is counted and can be loaded', async () => {
    await openLogs('/logs?q=service:waiting')
    await page.getByText('following').waitFor()
    await sendText('waiting', ['before the pause'])
    await lineWith('before the pause').waitFor()
    await page.keyboard.press('Space')
    await page.getByText('paused', { exact: true }).waitFor()
    const arrived = async (): Promise<number> =>
      Number((await page.getByRole('button', { name: /new lines|Follow/ }).innerText()).replaceAll(/\D/g, ''))
    // One portion after the other, so that none is dropped on the way.
    for (let sent = 1_000; sent <= 52_000; sent += 1_000) {
      const atMs = Date.now()
      await send(
        Array.from({ length: 1_000 }, (_none, index) => ({ atMs, service: 'waiting', line: `line ${sent} ${index}` })),
      )
      await until('they are counted', async () => (await arrived()) === sent)
    }
    await page.getByRole('button', { name: '52,000 new lines' }).click()
    const gap = list().getByText(/lines skipped while paused/)
    await gap.waitFor()
    assert.match(await gap.innerText(), /^2,00[01] lines/)
    await page.keyboard.press('Space')
    await list().getByRole('button', { name: 'Load' }).click()
    await until('some of them came', async () => (await page.getByText(/5\d,\d{3} buffered/).count()) > 0)
  })

  /** Frames while as many lines come in that this page does not follow. */
  const framesBeside = async (perSecond: number): Promise<number> => {
    const [{ perSecond: frames }] = await Promise.all([framesOver(page, 10), flood('beside', 10, perSecond)])
    return frames
  }

  /**
   * What the page shows of so many lines, while it is watched. Before and after, the same page idles beside the same
   * work of the server: what differs is only that it follows.
   */
  const tail = async (service: string, seconds: number, perSecond: number) => {
    await openLogs(`/logs?q=service:${service}`)
    await page.getByText('following').waitFor()
    const still = await framesOver(page, 5)
    const idleBefore = await framesBeside(perSecond)
    const heapBefore = await heapOf(page)
    const measured = framesOver(page, seconds)
    const sent = await flood(service, seconds, perSecond)
    const busy = await measured
    let status = await logsStatusOf(page)
    await until('every line came', async () => {
      status = await logsStatusOf(page)
      return status.inRange + status.dropped >= sent
    }).catch(() => undefined)
    const heap = await heapOf(page)
    const elements = await page.locator('[role="log"] *').count()
    const idle = (idleBefore + (await framesBeside(perSecond))) / 2
    const told =
      `${still.perSecond.toFixed(1)} frames/s when nothing happens, ${idle.toFixed(1)} idle beside the same work; tail ${busy.perSecond.toFixed(1)}, longest frame ${busy.longestMs.toFixed(0)} ms; ` +
      `${sent} lines sent, ${status.inRange} shown, ${status.dropped} dropped and counted; ` +
      `heap ${megabytes(heapBefore)} to ${megabytes(heap)}, ${elements} elements`
    return { idle, busy, sent, heap, elements, told, ...status }
  }

  test(`live: of ${tailLinesPerSecond} lines a second none is lost uncounted; the frame rate beside an idle page is told`, async (context) => {
    const { sent, inRange, dropped, buffered, elements, told } = await tail('steady', tailSeconds, tailLinesPerSecond)
    context.diagnostic(told)
    assert.equal(inRange + dropped, sent, 'shown and counted')
    assert.ok(buffered <= 50_001, told)
    assert.ok(elements < 1_500, told)
  })

  test('live: five times as many are shown or counted as dropped, and the memory stays bounded', async (context) => {
    const { sent, inRange, dropped, buffered, heap, told } = await tail('flood', 15, 5 * tailLinesPerSecond)
    context.diagnostic(told)
    assert.equal(inRange + dropped, sent, told)
    assert.ok(buffered <= 50_100, told)
    assert.ok(heap < 150_000_000, told)
  })

  const flood = async (service: string, seconds: number, perSecond: number): Promise<number> => {
    const beganMs = performance.now()
    let sent = 0
    while (performance.now() - beganMs < seconds * 1_000) {
      const due = Math.floor(((performance.now() - beganMs) / 1_000) * perSecond) - sent
      if (due > 0) {
        await sendText(
          service,
          Array.from(
            { length: due },
            (_none, index) => `level=info msg="request ${sent + index} finished" status=200 path=/api/users/${index}`,
          ),
        )
      }
      sent += Math.max(0, due)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return sent
  }

  for (const theme of ['dark', 'light'] as const) {
    test(`at 375 px, ${theme}: nothing is wider than the phone, and everything is reachable`, async () => {
      await sendText(`narrow-${theme}`, ['level=error msg="on a phone"'])
      await page.setViewportSize(narrow)
      await openLogs(`/logs?live=0&q=service:narrow-${theme}&cols=level`)
      await setTheme(page, theme)
      await lineWith('on a phone').waitFor()
      assert.deepEqual(await wideElements(page), [])
      assert.deepEqual(await axeViolations(page), [])
      await page.getByRole('button', { name: 'Narrow down' }).click()
      await page.getByRole('navigation', { name: 'Narrow down' }).waitFor()
      assert.deepEqual(await axeViolations(page), [])
      await page.getByRole('button', { name: 'Wrap lines (w)' }).click()
      await lineWith('on a phone').click()
      await page.getByRole('complementary', { name: 'Details' }).waitFor()
      assert.deepEqual(await axeViolations(page), [])
      await page.getByRole('button', { name: 'Close (Esc)' }).click()
      // The browser remembers both.
      await page.getByRole('button', { name: 'Hide what it can be narrowed to' }).click()
      await setTheme(page, 'dark')
    })
  }
})

async function isInSight(line: Locator): Promise<boolean> {
  await line.waitFor()
  return line.evaluate((element) => {
    const own = element.getBoundingClientRect()
    const box = element.closest('[role="log"]')!.getBoundingClientRect()
    return own.top >= box.top - 1 && own.bottom <= box.bottom + 1
  })
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

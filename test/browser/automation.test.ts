import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
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
import { connectRunner, type Runner } from './runner.ts'

const password = 'four words nobody else knows'
const hostile = '<img src=x onerror=alert(1)> "Night"'

const programs = [
  { name: 'backup', description: 'Copies the database' },
  { name: 'wipe', description: 'Deletes things', approval: true },
]

describe('automation', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  let faults: string[]

  pageForEachTest({
    env: {},
    started: async (own) => {
      world = own
    },
    opened: (own, ownFaults) => {
      page = own
      faults = ownFaults
    },
  })
  /** The browser notes every refusal. */
  const conflictsAreExpected = (): void =>
    void faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('409')))

  const asAdmin = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
    api<Answer>(world.admin, world.server.url, method, path, body)
  const createSession = (name: string, more: object = {}): Promise<{ id: string }> =>
    asAdmin('POST', '/sessions', { name, ...more })
  const withRunner = async (name: string, work: (runner: Runner) => Promise<void>): Promise<void> => {
    const runner = await connectRunner(world.admin, world.server.url, { name, modes: ['combat'], programs })
    try {
      await work(runner)
    } finally {
      runner.close()
      await until('the server knows that the runner is gone', async () => {
        const { runners } = await asAdmin<{ runners: { name: string; connected: boolean }[] }>('GET', '/runners')
        return runners.every((one) => one.name !== name || !one.connected)
      })
    }
  }
  const personOf = async (username: string, role: string): Promise<Page> => {
    await asAdmin('POST', '/admin/users', { email: `${username}@example.com`, username, role, password })
    const context = await loggedIn(world.browser, world.server, { username, password })
    return context.newPage()
  }
  const dialog = () => page.getByRole('dialog')

  /** Both themes, wide and narrow. */
  const isSound = async (): Promise<void> => {
    // Away from what a tooltip would stand at.
    await page.mouse.move(0, 0)
    await page.locator('h1').focus()
    for (const theme of ['dark', 'light'] as const) {
      await setTheme(page, theme)
      assert.deepEqual(await axeViolations(page), [], theme)
    }
    const size = page.viewportSize()!
    await page.setViewportSize(narrow)
    await settled(page)
    assert.deepEqual(await wideElements(page), [])
    assert.deepEqual(await axeViolations(page), [], '375 px')
    await page.setViewportSize(size)
  }

  test('with no runner ever the pages say how to start one, and a start says that nobody is there', async () => {
    for (const path of ['/runners', '/commands']) {
      await open(page, path)
      await page.getByText(/no runner has ever connected/i).waitFor()
      await page.getByRole('button', { name: 'Copy command' }).waitFor()
      assert.match(await page.locator('pre').innerText(), /^miktos runner --name/)
      await isSound()
    }
    const { id } = await createSession('Nobody there')
    await open(page, `/sessions/${id}`)
    const [refused] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/start')),
      page.getByRole('button', { name: 'Start', exact: true }).click(),
    ])
    assert.equal(refused.status(), 409)
    await dialog().getByText('No runner has ever connected').waitFor()
    assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    conflictsAreExpected()
  })

  test('create a session, start it, see it run, stop it; what it is told and does stands there as it happens', async () => {
    await withRunner('worker', async (runner) => {
      await open(page, '/sessions')
      await page.getByRole('link', { name: 'New session' }).click()
      await dialog().getByLabel('Name', { exact: true }).fill(hostile)
      await dialog().getByLabel('Server').fill('Basilisk')
      await dialog().getByLabel('Mode').fill('combat')
      await dialog().getByLabel('Runner').selectOption('worker')
      assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
      await dialog().getByRole('button', { name: 'Create session' }).click()
      await page.getByRole('heading', { level: 1, name: hostile }).waitFor()
      const sessionId = new URL(page.url()).pathname.split('/').at(-1)!

      await page.getByRole('button', { name: 'Start', exact: true }).click()
      const { id, verb } = await runner.command(1)
      assert.equal(verb, 'start_session')
      await page.locator('main').getByText('Starting', { exact: true }).first().waitFor()
      await runner.tell('command_accepted', { id })
      await runner.tell('session_claim', { session_id: sessionId })
      await runner.tell('session_report', {
        session_id: sessionId,
        status: 'running',
        progress: 0.42,
        progress_note: 'Area 3 of 7',
        metrics: { kills: 12 },
      })
      await runner.tell('command_result', { id, status: 'succeeded', exit_code: 0 })
      await page.locator('main').getByText('Running', { exact: true }).first().waitFor()
      await page.getByRole('meter', { name: 'Progress' }).waitFor()
      await page.getByRole('log', { name: 'Events' }).getByText('Area 3 of 7').waitFor()
      await page.getByText('kills').waitFor()
      await isSound()

      await page.getByRole('link', { name: 'Sessions', exact: true }).first().click()
      const row = page.getByRole('row').filter({ hasText: hostile })
      await row.getByText('42 %').waitFor()
      await row.getByText('connected').waitFor()
      await runner.tell('session_report', { session_id: sessionId, progress: 0.8 })
      await row.getByText('80 %').waitFor()
      await row.getByRole('button', { name: 'Row actions' }).click()
      const resume = page.getByRole('menuitem', { name: 'Resume' })
      assert.equal(await resume.getAttribute('aria-disabled'), 'true')
      assert.match(await resume.innerText(), /It is running/)
      await page.getByRole('menuitem', { name: 'Stop', exact: true }).click()
      const stop = await runner.command(2)
      await row.getByText('Stopping').waitFor()
      await runner.tell('command_accepted', { id: stop.id })
      await runner.tell('command_result', { id: stop.id, status: 'succeeded', exit_code: 0 })
      await row.getByText('Stopped').waitFor()
      await isSound()

      await page.getByRole('button', { name: /^State/ }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click()
      await page.keyboard.press('Escape')
      await page.getByText('No session matches').waitFor()
      assert.equal(new URL(page.url()).searchParams.get('status'), 'failed')
    })
  })

  test('output streams in while a command runs, without escapes; it is cancelled, and run again', async () => {
    await withRunner('writer', async (runner) => {
      await open(page, '/commands-new')
      const line = dialog().getByRole('combobox', { name: 'Command' })
      await line.fill('ba')
      await line.press('ArrowDown')
      assert.deepEqual(await axeViolations(page, { part: '[role="dialog"]' }), [])
      await line.press('Enter')
      assert.equal(await line.inputValue(), 'run backup')
      await dialog().getByRole('button', { name: 'Keep this command' }).click()
      await dialog().last().getByLabel('Name').fill('Nightly')
      await dialog().last().getByRole('button', { name: 'Keep', exact: true }).click()
      await dialog().getByText('Nightly').waitFor()
      await line.fill('')
      await dialog().getByText('Nightly').click()
      await line.press('Enter')
      await page.waitForURL(/\/commands\/[\w-]+$/)

      const { id, args } = await runner.command(1)
      assert.deepEqual(args, ['backup'])
      await runner.tell('command_accepted', { id })
      const log = page.getByRole('log', { name: 'Output' })
      const write = (seq: number, text: string, stream = 'stdout'): Promise<unknown> =>
        runner.tell('command_output', { id, seq, stream, text })
      await write(0, 'copied \u001B[32mone\u001B[0m <b>table</b>\nhal')
      await log.getByText('copied one <b>table</b>', { exact: true }).waitFor()
      await write(1, 'locked\n', 'stderr')
      await write(2, 'f done\n')
      await log.getByText('half done', { exact: true }).waitFor()
      assert.match(await log.locator('[data-stream="stderr"]').innerText(), /err\s*locked/)
      await write(
        3,
        Array.from({ length: 3_000 }, (_, index) => `line ${index}`)
          .join('\n')
          .slice(0, 16_000),
      )
      await page.getByText(/1,?\d{3} lines/).waitFor()
      await until('it stays at the end', () =>
        log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 8),
      )
      await isSound()

      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.locator('main').getByText('Cancelling').first().waitFor()
      await until('the runner is asked to end it', () => runner.cancelled().includes(id))
      await runner.tell('command_result', { id, status: 'cancelled', exit_code: null })
      await page.locator('main').getByText('Cancelled', { exact: true }).first().waitFor()
      await page.getByRole('link', { name: 'Run again' }).click()
      assert.equal(await dialog().getByRole('combobox', { name: 'Command' }).inputValue(), 'run backup')
      await dialog().getByRole('button', { name: 'Cancel' }).click()
      await page.waitForURL(/\/commands$/)
      await isSound()
    })
  })

  test('a command that needs approval waits for another person, who finds it on the overview', async () => {
    const other = await personOf('second', 'operator')
    const otherFaults = watchFaults(other, world.server.url)
    await withRunner('careful', async (runner) => {
      await open(page, '/commands-new')
      await page.getByLabel('Runner', { exact: true }).selectOption('careful')
      await page.getByLabel('Command', { exact: true }).fill('run wipe it')
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const look = page.getByRole('status', { name: 'What would happen' })
      await look.getByText('the program wants it').waitFor()
      assert.deepEqual(await axeViolations(page), [])
      await page.getByLabel('Command', { exact: true }).fill('run wipe all')
      await look.waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await look.getByText('careful', { exact: true }).waitFor()
      assert.equal((await asAdmin<{ total: number }>('GET', '/commands?q=wipe')).total, 0)
      await page.getByRole('button', { name: 'Ask for approval' }).click()
      await page.getByText('another person who holds').waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1)
      assert.equal(await page.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled'), 'true')
      await other.goto('/')
      const commandsIn = (of: Page) => of.getByRole('navigation').getByRole('link', { name: /^Commands/ })
      await commandsIn(other).getByText('1 waiting').waitFor()
      assert.equal(await commandsIn(page).getByText('waiting').count(), 0, 'nobody agrees to their own')
      await other.getByText('admin asks for approval of run wipe all').click()
      await other.getByRole('button', { name: 'Approve' }).click()
      await commandsIn(other).getByText('waiting').waitFor({ state: 'detached' })
      assert.equal((await runner.command(1)).id, id)
      await page.locator('main').getByText('Delivered').first().waitFor()
      await page.getByText('second', { exact: true }).waitFor()

      const refused = await asAdmin<{ id: string }>('POST', '/commands', { command: 'run wipe it', runner: 'careful' })
      await open(other, `/commands/${refused.id}`)
      await other.getByRole('button', { name: 'Reject' }).click()
      await other.getByLabel('Reason').fill('Not today')
      await other.getByRole('dialog').getByRole('button', { name: 'Reject' }).click()
      await other.getByText('Refused by second: Not today').waitFor()
    })
    await other.context().close()
    assert.deepEqual(otherFaults, [])
  })

  test('the box of a session, by keyboard alone: what there is, what was before; a runner that is away can be waited for', async () => {
    const { id } = await createSession('By keyboard')
    await withRunner('typist', async (runner) => {
      await asAdmin('POST', `/sessions/${id}/start`)
      const started = await runner.command(1)
      await runner.tell('command_accepted', { id: started.id })
      await runner.tell('command_result', { id: started.id, status: 'succeeded', exit_code: 0 })
      await open(page, '/')
      await page.keyboard.press('g')
      await page.keyboard.press('n')
      await page.waitForURL(/\/sessions$/)
      await settled(page)
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/sessions\/[\w-]+$/)
      await settled(page)
      const box = page.getByRole('combobox', { name: 'Command' })
      await box.focus()
      await page.keyboard.type('start_mode c')
      await page.getByRole('listbox').waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Enter')
      const mode = await runner.command(2)
      assert.deepEqual([mode.verb, mode.args], ['start_mode', ['combat']])
      await until('the line is empty again', async () => (await box.inputValue()) === '')
      assert.equal(await page.getByRole('listbox').count(), 0)
      await runner.tell('command_accepted', { id: mode.id })
      await runner.tell('command_output', { id: mode.id, seq: 0, text: 'changing\n' })
      await page.getByRole('log', { name: 'Output' }).getByText('changing').waitFor()
      await runner.tell('command_result', { id: mode.id, status: 'succeeded', exit_code: 0 })
      await page.getByRole('list', { name: 'Commands' }).getByText('start_mode combat').waitFor()
      await page.keyboard.press('ArrowUp')
      assert.equal(await box.inputValue(), 'start_mode combat')
      await page.keyboard.press('ArrowUp')
      assert.equal(await box.inputValue(), 'start_session')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      assert.equal(await box.inputValue(), '')
    })
    await page.keyboard.type('run backup')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The runner typist is not connected').waitFor()
    assert.deepEqual(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Wait for a runner until the deadline' }).click()
    await page.getByRole('list', { name: 'Commands' }).getByText('Queued').waitFor()
    conflictsAreExpected()
  })

  test('older events come on demand and stay when new ones come; output that was cut off says so', async () => {
    await withRunner('talker', async (runner) => {
      const { id } = await createSession('Talks much', { runner: 'talker' })
      await runner.tell('session_claim', { session_id: id })
      const report = (note: string): Promise<unknown> =>
        runner.tell('session_report', { session_id: id, status: 'running', progress_note: note })
      for (let step = 0; step < 120; step++) await report(`step ${step}.`)
      await open(page, `/sessions/${id}`)
      const events = page.getByRole('log', { name: 'Events' })
      await events.getByText('step 119.').waitFor()
      assert.equal(await events.getByText('Created by admin').count(), 0)
      await events.getByRole('button', { name: 'Load older' }).click()
      await events.getByText('Created by admin').waitFor()
      await report('the newest')
      await events.getByText('the newest').waitFor()
      assert.equal(await events.getByText('Created by admin').count(), 1)
      assert.equal(await events.getByText('step 60.').count(), 1)

      const command = await asAdmin<{ id: string }>('POST', '/commands', { command: 'run backup', runner: 'talker' })
      await runner.command(1)
      await runner.tell('command_accepted', { id: command.id })
      const text = `${'x'.repeat(1_000)}\n`.repeat(16)
      for (let seq = 0; seq < 70; seq++) await runner.tell('command_output', { id: command.id, seq, text })
      await runner.tell('command_result', { id: command.id, status: 'succeeded', exit_code: 0 })
      await open(page, `/commands/${command.id}`)
      await page.getByText(/it wrote more than is kept: these are the first \d+ KiB/).waitFor()
    })
  })

  test('a runner that is away is forgotten', async () => {
    await withRunner('passing', async () => {
      await open(page, '/runners')
      const row = page.getByRole('row').filter({ hasText: 'passing' })
      await row.getByText('Connected').waitFor()
      await row.getByRole('button', { name: 'Row actions' }).click()
      assert.match(await page.getByRole('menuitem', { name: 'Forget' }).innerText(), /It is connected/)
      await page.keyboard.press('Escape')
    })
    await page.reload()
    const row = page.getByRole('row').filter({ hasText: 'passing' })
    await row.getByText('Away').waitFor()
    await isSound()
    await row.getByRole('button', { name: 'Row actions' }).click()
    await page.getByRole('menuitem', { name: 'Forget' }).click()
    await page.getByRole('alertdialog').or(dialog()).getByRole('button', { name: 'Forget runner' }).click()
    await row.waitFor({ state: 'detached' })
  })

  test('a viewer sees sessions and no actions', async () => {
    const { id } = await createSession('Looked at')
    const viewer = await personOf('onlooker', 'viewer')
    const viewerFaults = watchFaults(viewer, world.server.url)
    await open(viewer, '/sessions')
    await viewer.getByRole('link', { name: 'Looked at' }).waitFor()
    assert.equal(await viewer.getByRole('button', { name: 'Row actions' }).count(), 0)
    const navigation = viewer.getByRole('navigation', { name: 'Main' })
    assert.equal(await navigation.getByRole('link', { name: 'Commands' }).count(), 0)
    await open(viewer, `/sessions/${id}`)
    await viewer.getByText('Created by admin').waitFor()
    assert.equal(await viewer.getByRole('combobox', { name: 'Command' }).count(), 0)
    assert.equal(await viewer.getByRole('button', { name: 'Start' }).count(), 0)
    await viewer.context().close()
    assert.deepEqual(viewerFaults, [])
  })
})

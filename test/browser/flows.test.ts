import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, beforeEach, afterEach, describe, test } from 'node:test'
import { generateSync } from 'otplib'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import {
  api,
  loggedIn,
  narrow,
  newContext,
  open,
  startWorld,
  watchFaults,
  withoutChromium,
  type World,
} from '../support/browser.ts'
import { launchServer, serverPassword, startServer } from '../support/server.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

const password = 'four words nobody else knows'

interface Account {
  id: string
  username: string
}

describe('what people do', { skip: withoutChromium() }, () => {
  let world: World
  let page: Page
  const contexts: BrowserContext[] = []

  before(async () => {
    world = await startWorld({ MIKTOS_REGISTRATION: 'approval' })
  })
  after(() => world.stop())
  beforeEach(async () => {
    page = await world.admin.newPage()
  })
  afterEach(async () => {
    await page.close()
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })

  /** A browser in which nobody is logged in. */
  const stranger = async (url = world.server.url): Promise<Page> => {
    const context = await newContext(world.browser, { baseURL: url })
    contexts.push(context)
    return context.newPage()
  }
  const personIn = async (username: string): Promise<Page> => {
    const context = await loggedIn(world.browser, world.server, { username, password })
    contexts.push(context)
    return context.newPage()
  }
  const asAdmin = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
    api<Answer>(world.admin, world.server.url, method, path, body)
  const makeUser = (username: string, role = 'user'): Promise<Account> =>
    asAdmin<Account>('POST', '/admin/users', { email: `${username}@example.com`, username, role, password })

  test('a fresh installation: the printed link makes the administrator, who lands on the overview', async () => {
    const server = await startServer({
      dataDir: temporaryFolder(),
      env: { MIKTOS_ADMIN_EMAIL: '', MIKTOS_ADMIN_PASSWORD: '' },
    })
    const visitor = await stranger(server.url)
    const faults = watchFaults(visitor, server.url)
    await visitor.goto('/login')
    await visitor.getByText('no administrator yet').waitFor()
    let link: string | undefined
    await until(
      'the link is printed',
      () => (link = /http:\S+setup\?token=\S+/.exec(server.output())?.[0]) !== undefined,
    )
    await visitor.goto(link!)
    await visitor.getByLabel('E-mail').fill('first@example.com')
    await visitor.getByLabel('Password', { exact: true }).fill(password)
    await visitor.getByRole('button', { name: 'Create the administrator' }).click()
    await heading(visitor, 'Overview').waitFor()
    await visitor.goto(link!)
    await heading(visitor, 'Already set up').waitFor()
    assert.deepEqual(faults, [])
    server.process.kill('SIGKILL')
  })

  test('log in: a wrong password is told, the right one goes where one wanted to go, log out ends it', async () => {
    await makeUser('lena', 'operator')
    const visitor = await stranger()
    await visitor.goto('/users?q=lena')
    await heading(visitor, 'Log in').waitFor()
    assert.equal(new URL(visitor.url()).pathname, '/login')
    await logIn(visitor, 'lena', 'not the password at all')
    await visitor.getByRole('alert').waitFor()
    await logIn(visitor, 'lena', password)
    await heading(visitor, 'Users').waitFor()
    assert.equal(new URL(visitor.url()).search, '?q=lena')
    await visitor.getByRole('button', { name: /account and preferences/ }).click()
    await visitor.getByRole('menuitem', { name: 'Log out' }).click()
    await heading(visitor, 'Log in').waitFor()
    await visitor.goto('/users')
    await heading(visitor, 'Log in').waitFor()
  })

  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '/login']) {
    test(`after the login nobody is sent to ${next}`, async () => {
      const visitor = await stranger()
      const faults = watchFaults(visitor, world.server.url)
      await visitor.goto(`/login?next=${encodeURIComponent(next)}`)
      await logIn(visitor, 'admin', serverPassword)
      await heading(visitor, 'Overview').waitFor()
      assert.equal(new URL(visitor.url()).href, `${world.server.url}/`)
      assert.deepEqual(faults, [])
    })
  }

  test('second factor: set up, log in with a code, and with a recovery code once', async () => {
    await makeUser('mfa')
    const person = await personIn('mfa')
    await open(person, '/me/security')
    await person.getByRole('button', { name: 'Set up authenticator app' }).click()
    await confirmPassword(person)
    const dialog = person.getByRole('dialog', { name: 'Set up authenticator app' })
    const secret = (await dialog.locator('code').innerText()).replaceAll(' ', '')
    await dialog.getByLabel('Code the app shows now').fill(generateSync({ secret }))
    await dialog.getByRole('button', { name: 'Confirm' }).click()
    const listed = person.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
    await listed.first().waitFor()
    const codes = await listed.allInnerTexts()
    await person.getByRole('button', { name: 'I have stored them' }).click()
    await person.getByText('since').waitFor()

    const visitor = await stranger()
    await visitor.goto('/login')
    await logIn(visitor, 'mfa', password)
    await visitor.getByLabel('Code').fill(generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 }))
    await visitor.getByRole('button', { name: 'Log in' }).click()
    await visitor.getByRole('navigation', { name: 'Main' }).waitFor()

    for (const works of [true, false]) {
      const again = await stranger()
      await again.goto('/login')
      await logIn(again, 'mfa', password)
      await again.getByRole('button', { name: 'Use a recovery code' }).click()
      await again.getByLabel('Recovery code').fill(codes[0]!)
      await again.getByRole('button', { name: 'Log in' }).click()
      await (works ? again.getByRole('navigation', { name: 'Main' }) : again.getByRole('alert')).waitFor()
    }
  })

  test('register: nobody gets in before an administrator approves', async () => {
    const visitor = await stranger()
    await visitor.goto('/register')
    await visitor.getByLabel('E-mail').fill('newcomer@example.com')
    await visitor.getByLabel('Password', { exact: true }).fill(password)
    await visitor.getByRole('button', { name: 'Ask for an account' }).click()
    await heading(visitor, 'Thank you').waitFor()
    await visitor.goto('/login')
    await logIn(visitor, 'newcomer', password)
    await visitor.getByRole('alert').waitFor()

    await open(page, '/users')
    await page.getByRole('button', { name: 'Approve newcomer' }).click()
    await page.getByRole('button', { name: 'Approve newcomer' }).waitFor({ state: 'detached' })
    await page.getByText('newcomer can log in now').waitFor()
    await logIn(visitor, 'newcomer', password)
    await visitor.getByRole('navigation', { name: 'Main' }).waitFor()
  })

  test('a user: created with a password shown once, edited, given another password, disabled, deleted by name', async () => {
    await open(page, '/users')
    await page.getByRole('link', { name: 'Create user' }).click()
    await page.getByLabel('E-mail address').fill('rosa@example.com')
    await page.getByRole('button', { name: 'Create user' }).click()
    await page.getByRole('heading', { name: 'rosa can log in' }).waitFor()
    const first = await page.getByRole('dialog').locator('code').innerText()
    await page.getByRole('button', { name: 'Done' }).click()
    await row(page, 'rosa').waitFor()
    assert.ok(!(await page.content()).includes(first), 'the password is gone')
    const visitor = await stranger()
    await visitor.goto('/login')
    await logIn(visitor, 'rosa', first)
    await visitor.getByRole('navigation', { name: 'Main' }).waitFor()

    await act(page, 'rosa', 'Edit')
    await page.getByLabel('Role').selectOption('operator')
    await page.getByRole('button', { name: 'Save user' }).click()
    await row(page, 'rosa').getByText('operator').waitFor()

    await act(page, 'rosa', 'Reset password')
    await page.getByRole('button', { name: 'Reset password' }).click()
    await page.getByText('New password', { exact: true }).waitFor()
    const second = await page.getByRole('dialog').locator('code').innerText()
    await page.getByRole('button', { name: 'Done' }).click()
    await heading(visitor, 'Log in').waitFor()
    await logIn(visitor, 'rosa', first)
    await visitor.getByRole('alert').waitFor()
    await logIn(visitor, 'rosa', second)
    await visitor.getByRole('navigation', { name: 'Main' }).waitFor()

    await act(page, 'rosa', 'Disable')
    await row(page, 'rosa').getByText('Disabled').waitFor()
    await heading(visitor, 'Log in').waitFor()

    await act(page, 'rosa', 'Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete user' })
    const remove = dialog.getByRole('button', { name: 'Delete user' })
    assert.equal(await remove.getAttribute('aria-disabled'), 'true')
    await dialog.getByRole('textbox').fill('rosa')
    await remove.click()
    await row(page, 'rosa').waitFor({ state: 'detached' })
  })

  test('an API key is shown once and works', async () => {
    await open(page, '/api-keys-new')
    await page.getByLabel('Name').fill('nightly-report')
    await page.getByRole('button', { name: 'Create key' }).click()
    await confirmPassword(page, serverPassword)
    await page.getByRole('heading', { name: 'nightly-report is ready' }).waitFor()
    const key = await page.getByRole('dialog').locator('code').first().innerText()
    const reply = await fetch(`${world.server.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })
    assert.equal(reply.status, 200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('nightly-report').waitFor()
    assert.ok(!(await page.content()).includes(key))
    await page.reload()
    await page.getByText('nightly-report').waitFor()
    assert.ok(!(await page.content()).includes(key))
  })

  test('a custom role is made and then changed in the matrix', async () => {
    await open(page, '/roles-new')
    await page.getByLabel('Name').fill('night-shift')
    await page.getByRole('checkbox', { name: 'users:read' }).check()
    await page.getByRole('button', { name: 'Create role' }).click()
    await page.getByRole('button', { name: 'night-shift', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Edit permissions' }).click()
    await page.getByRole('checkbox', { name: 'night-shift may audit:read' }).check()
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('button', { name: 'Save 1 role' }).click()
    await page.getByText('1 role saved').waitFor()
    const roles = await asAdmin<{ name: string; permissions: string[] }[]>('GET', '/admin/roles')
    const made = roles.find(({ name }) => name === 'night-shift')
    assert.deepEqual(made?.permissions.toSorted(), ['audit:read', 'users:read'])
  })

  test('a changed setting says so, stands in the audit log with its difference, and the log verifies and downloads', async () => {
    await open(page, '/settings/authentication')
    const name = await page.locator('main input[type="number"]').first().getAttribute('name')
    const setting = row(page, name!)
    const control = setting.locator('input')
    await setting.getByText('default', { exact: true }).waitFor()
    const next = String(Number(await control.inputValue()) + 1)
    await control.fill(next)
    await setting.getByText('not saved').waitFor()
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('button', { name: 'Save 1 setting' }).click()
    await confirmPassword(page, serverPassword)
    await setting.getByText('set here').waitFor()

    await open(page, `/audit?action=settings.&q=${name}`)
    await page
      .getByRole('table', { name: 'Records' })
      .getByRole('button', { name: /^settings\./ })
      .first()
      .click()
    const details = page.getByRole('complementary', { name: 'Details' })
    await details.getByText(name!).first().waitFor()
    await details.getByText(next, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText(/Verified to #/).waitFor()

    await page.keyboard.press('Escape')
    await open(page, '/audit')
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /CSV/ }).click(),
    ])
    assert.match(download.suggestedFilename(), /\.csv$/)
    const csv = await readFile(await download.path(), 'utf8')
    assert.match(csv, /seq/)
    assert.ok(csv.includes('settings.'), 'the change is in the file')
  })

  test('another server of this database is stopped from Processes, and ends by itself', async () => {
    const second = await launchServer({ dataDir: world.dataDir }, () => undefined)
    await open(page, '/processes')
    await row(page, `:${second.port}`).waitFor()
    await row(page, `:${second.port}`).getByRole('button', { name: 'Row actions' }).click()
    await page.getByRole('menuitem', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Stop process' }).click()
    await confirmPassword(page, serverPassword)
    assert.equal(await second.exited, 0)
    await row(page, `:${second.port}`).waitFor({ state: 'detached' })
  })

  test('a session that is ended elsewhere is on the login page within three seconds', async () => {
    await makeUser('paul')
    const person = await personIn('paul')
    await open(person, '/me/sessions')
    await person.getByRole('status').getByText('Live').waitFor()
    const other = await personIn('paul')
    const context = other.context()
    const sessions = await api<{ id: string; current: boolean }[]>(context, world.server.url, 'GET', '/me/sessions')
    const victim = sessions.find(({ current }) => !current)!
    const endedAt = Date.now()
    await api(context, world.server.url, 'DELETE', `/me/sessions/${victim.id}`)
    await person.waitForURL(/\/login/)
    assert.ok(Date.now() - endedAt < 3_000, `${Date.now() - endedAt} ms`)
  })

  test('figures on the overview move by themselves', async () => {
    await open(page, '/')
    const figure = page.getByText(/of [\d,]+ in a minute/)
    const shown = await figure.innerText()
    await until('another number', async () => {
      await fetch(`${world.server.url}/api/v1/me`)
      return (await figure.innerText()) !== shown
    })
  })

  test('the socket that makes the page live is counted, on the overview and among the components', async () => {
    await open(page, '/')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText(/^healthy · [1-9]\d* open$/).waitFor()
    await open(page, '/settings/system')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText(/^[1-9]\d* clients? connected$/).waitFor()
  })

  test('the palette reaches pages, the page’s own actions and people', async () => {
    await makeUser('zelda')
    await open(page, '/users')
    await page.keyboard.press('Control+k')
    const input = page.getByPlaceholder('Search or jump to…')
    await input.fill('audit')
    await page.getByRole('option', { name: /Audit/ }).first().waitFor()
    await page.keyboard.press('Enter')
    await heading(page, 'Audit log').waitFor()
    await page.keyboard.press('Control+k')
    await input.fill('zelda')
    await page.getByRole('option', { name: /zelda@example.com/ }).click()
    await heading(page, 'zelda').waitFor()
    await open(page, '/users')
    await page.keyboard.press('Control+k')
    await input.fill('create user')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Create user' }).waitFor()
  })

  test('keys: `?` prints them, `g u` goes, and single letters can be switched off', async () => {
    await open(page, '/')
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await help.getByText('Users', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    for (const [chord, title] of [
      ['g u', 'Users'],
      ['g k', 'API keys'],
      ['g p', 'Processes'],
      ['g o', 'Overview'],
    ] as const) {
      for (const key of chord.split(' ')) await page.keyboard.press(key)
      await heading(page, title).waitFor()
    }
    await open(page, '/me/preferences')
    await page.getByRole('switch', { name: /single letters/ }).click()
    await heading(page, 'Preferences').click()
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.keyboard.press('?')
    // What still works proves that the letters were handled before it.
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search or jump to…').waitFor()
    assert.equal(new URL(page.url()).pathname, '/me/preferences')
    assert.equal(await help.count(), 0)
    await page.keyboard.press('Escape')
    await page.getByRole('switch', { name: /single letters/ }).click()
  })

  test('without a mouse: log in, open a user, stay inside a dialog and come back out of it', async () => {
    await makeUser('ada')
    const visitor = await stranger()
    await visitor.goto('/login?next=/users')
    await heading(visitor, 'Log in').waitFor()
    await until('the name is asked for', () => holdsFocus(visitor.getByRole('textbox').first()))
    await visitor.keyboard.type('admin')
    await visitor.keyboard.press('Tab')
    await visitor.keyboard.type(serverPassword)
    await visitor.keyboard.press('Enter')
    await heading(visitor, 'Users').waitFor()
    await until('/ leads to the search', async () => {
      await visitor.keyboard.press('/')
      return holdsFocus(visitor.getByRole('searchbox'))
    })
    await visitor.keyboard.press('ControlOrMeta+a')
    await visitor.keyboard.type('ada')
    await visitor.getByText('1 matching user').waitFor()
    await tabTo(visitor, visitor.getByRole('button', { name: 'ada', exact: true }))
    await visitor.keyboard.press('Enter')
    const details = visitor.getByRole('complementary', { name: 'Details' })
    await details.waitFor()
    await tabTo(visitor, details.getByRole('button', { name: 'Actions' }))
    await visitor.keyboard.press('Enter')
    await until('the menu has the focus', () => holdsFocus(visitor.getByRole('menu')))
    await visitor.keyboard.press('End')
    await until('the last entry has the focus', () => holdsFocus(visitor.getByRole('menuitem').last()))
    await visitor.keyboard.press('Enter')
    const dialog = visitor.getByRole('dialog', { name: 'Delete user' })
    await dialog.waitFor()
    for (let step = 0; step < 12; step++) {
      await visitor.keyboard.press(step % 4 === 3 ? 'Shift+Tab' : 'Tab')
      assert.ok(await holdsFocus(dialog), `the focus stays inside, step ${step}`)
    }
    await tabTo(visitor, dialog.getByRole('button', { name: 'Delete user' }))
    await visitor.getByRole('tooltip').waitFor()
    await visitor.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await until('the focus is back where the dialog was opened', () => holdsFocus(details))
    await visitor.keyboard.press('Escape')
    await details.waitFor({ state: 'detached' })
    await until('the focus is back on the row', () =>
      holdsFocus(visitor.getByRole('button', { name: 'ada', exact: true })),
    )
  })

  test('a theme that was chosen is there after a reload', async () => {
    const visitor = await stranger()
    await visitor.goto('/login')
    await logIn(visitor, 'admin', serverPassword)
    await heading(visitor, 'Overview').waitFor()
    const html = visitor.locator('html')
    assert.equal(await html.getAttribute('data-theme'), 'dark')
    await visitor.getByRole('button', { name: /account and preferences/ }).click()
    await visitor.getByRole('menuitemcheckbox', { name: 'Light' }).click()
    assert.equal(await html.getAttribute('data-theme'), 'light')
    await visitor.reload({ waitUntil: 'commit' })
    await visitor.locator('#root').waitFor({ state: 'attached' })
    assert.equal(await html.getAttribute('data-theme'), 'light', 'before anything is drawn')
  })

  test('on a phone the menu leads everywhere', async () => {
    await page.setViewportSize(narrow)
    await open(page, '/')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Users' }).click()
    await heading(page, 'Users').waitFor()
    assert.equal(await page.getByRole('dialog').count(), 0)
    await page.getByRole('button', { name: 'admin', exact: true }).click()
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
  })

  test('filters, panels and what is open stand in the address', async () => {
    await makeUser('linked')
    await open(page, '/users')
    await page.getByRole('searchbox').fill('linked')
    await page.waitForURL(/q=linked/)
    await page.getByRole('button', { name: 'linked', exact: true }).click()
    await page.waitForURL(/peek=/)
    await page.reload()
    await page.getByRole('complementary', { name: 'Details' }).getByText('linked@example.com').waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'linked')
    await page.getByText('1 matching user').waitFor()
    await page.goBack()
    await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'detached' })
  })

  test('a server that dies is told, and once it is back the page recovers alone within five seconds', async () => {
    const dataDir = temporaryFolder()
    const server = await startServer({ dataDir })
    const context = await loggedIn(world.browser, server)
    contexts.push(context)
    const person = await context.newPage()
    await open(person, '/users')
    await person.getByRole('status').getByText('Live').waitFor()
    server.process.kill('SIGKILL')
    await server.exited
    await person.getByText(/Live updates stopped at/).waitFor()
    await person.getByRole('button', { name: 'Retry now' }).waitFor()
    const again = await startServer({ dataDir, port: server.port })
    const backAt = Date.now()
    await person.getByRole('status').getByText('Live').waitFor()
    assert.ok(Date.now() - backAt < 5_000, `${Date.now() - backAt} ms`)
    assert.equal(await person.getByText(/Live updates stopped at/).count(), 0)
    await api(context, again.url, 'POST', '/admin/users', { email: 'late@example.com', password })
    await row(person, 'late').waitFor()
    again.process.kill('SIGKILL')
  })
})

const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name })

const row = (page: Page, text: string): Locator => page.locator('[data-row]', { hasText: text })

async function logIn(page: Page, username: string, secret: string): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** The server wants a fresh login only some time after the last one; either way the dialog must not stay. */
async function confirmPassword(page: Page, secret = password): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })
  if ((await dialog.count()) === 0) return
  await dialog.getByLabel('Password').fill(secret)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function act(page: Page, name: string, action: string): Promise<void> {
  await row(page, name).getByRole('button', { name: 'Row actions' }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

const holdsFocus = (element: Locator): Promise<boolean> =>
  element.evaluate((node) => node.contains(document.activeElement))

/** Tab until the element has the focus, as far as a keyboard gets. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((node) => node === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  assert.fail('Tab does not reach it')
}

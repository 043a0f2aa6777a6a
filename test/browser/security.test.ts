import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { api, loggedIn, settled, startWorld, watchFaults, withoutChromium, type World } from '../support/browser.ts'
import { payloads } from './payloads.ts'
import { places } from './rows.ts'

const password = 'nobody guesses these five words'

/** Scopes, names and descriptions have a length of their own. */
const shorterThan = (length: number): string[] => payloads.filter((payload) => payload.length <= length)

describe('another site', { skip: withoutChromium() }, () => {
  let world: World
  const sites: Server[] = []

  before(async () => {
    world = await startWorld()
  })
  after(async () => {
    for (const site of sites) site.close()
    await world.stop()
  })

  /** An empty page of somebody else's, which may do what every page may. */
  async function siteAt(address: string): Promise<string> {
    const site = createServer((_request, reply) => {
      reply.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title><h1>evil</h1>')
    }).listen(0, address)
    sites.push(site)
    await once(site, 'listening')
    const bound = site.address()
    return `http://${address}:${typeof bound === 'object' && bound ? bound.port : 0}`
  }

  // Another port of the same host is another origin, but the same site: there the cookie is sent along.
  for (const [what, address] of [
    ['another host', '127.0.0.2'],
    ['another port of this host', '127.0.0.1'],
  ] as const) {
    test(`${what} changes nothing, reads nothing and opens no socket`, async () => {
      const { admin, server } = world
      const made = async (): Promise<string[]> => {
        const { projects } = await api<{ projects: { name: string }[] }>(admin, server.url, 'GET', '/projects')
        return projects.map(({ name }) => name)
      }
      const site = await siteAt(address)
      const page = await admin.newPage()
      await page.goto(site)

      const results = await page.evaluate(attack, { target: server.url })
      assert.deepEqual(
        results.filter(({ succeeded }) => succeeded),
        [],
      )
      assert.ok(results.length >= 12)

      for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        await page.goto(site)
        await Promise.all([
          page.waitForURL(`${server.url}/**`),
          page.evaluate(submitForm, { action: `${server.url}/api/v1/projects`, enctype }),
        ])
      }
      await page.goto(site)
      await page.evaluate(frame, server.url)
      const framed = page.frames().find((frame) => frame !== page.mainFrame())
      assert.ok(!framed || (await framed.locator('#root').count()) === 0, 'the console is not shown in a frame')
      assert.deepEqual(await made(), [])
      await page.close()
    })
  }

  test('the console itself, asked the same way, may', async () => {
    const page = await world.admin.newPage()
    await page.goto(`${world.server.url}/`)
    const results = await page.evaluate(attack, { target: world.server.url })
    const succeeded = results.filter((result) => result.succeeded).map(({ name }) => name)
    assert.ok(succeeded.includes('POST /projects application/json cors'), succeeded.join(', '))
    assert.ok(succeeded.includes('WebSocket /api/v1/stream'), succeeded.join(', '))
    await page.close()
  })
})

describe('text that wants to be script', { skip: withoutChromium() }, () => {
  let world: World
  let projectId: string

  before(async () => {
    world = await startWorld({ MIKTOS_DEMO: 'true' })
    projectId = await plant(world)
  })
  after(() => world.stop())

  test('is shown as text on every page', async (context) => {
    const { admin, server } = world
    const page = await admin.newPage()
    const faults = watchFaults(page, server.url)
    const all = await places(admin, server.url)
    const addresses = [...all.map(({ address }) => address), `/projects/${projectId}`, `/projects/${projectId}/edit`]
    for (const [index, address] of addresses.entries()) {
      const typed = payloads[index % payloads.length]!
      // What filters a list would hide what was planted in it.
      const names = ['sort', 'range', 'tab', typed]
      const search = new URLSearchParams(names.map((name) => [name, typed]))
      await page.goto(`${address}?${search}`)
      await settled(page)
      assert.deepEqual(await page.evaluate(injected), [], address)
    }
    for (const address of ['/audit', '/users', '/projects']) {
      const filters = ['q', 'action', 'actor', 'target_kind', 'target_id', 'state', 'role', 'peek']
      await page.goto(`${address}?${new URLSearchParams(filters.map((name, index) => [name, payloads[index * 7]!]))}`)
      await settled(page)
      assert.deepEqual(await page.evaluate(injected), [], address)
    }
    const dangerous = faults.filter((fault) => /^(dialog|foreign|exception)|Content.Security.Policy/i.test(fault))
    assert.deepEqual(dangerous, [])
    context.diagnostic(`${addresses.length} addresses, ${payloads.length} payloads`)
    await page.close()
  })

  test('is really there: lists of projects, messages, keys and logins hold it', async () => {
    const { admin } = world
    const page = await admin.newPage()
    for (const address of [
      '/projects?q=alert',
      `/projects/${projectId}`,
      '/api-keys',
      '/audit?q=alert',
      '/me/sessions',
    ]) {
      await page.goto(address)
      await settled(page)
      const html = await page.locator('#main').innerHTML()
      assert.match(html, /alert\(1\)/, address)
    }
    await page.close()
  })

  test('is shown as text before somebody is logged in', async () => {
    const context = await world.browser.newContext({ baseURL: world.server.url })
    const page = await context.newPage()
    const faults = watchFaults(page, world.server.url)
    for (const payload of payloads.filter((_payload, index) => index % 5 === 0)) {
      for (const path of ['/login', '/setup', '/register']) {
        await page.goto(`${path}?${new URLSearchParams({ next: payload, token: payload })}`)
        await page.locator('h1').waitFor()
        assert.deepEqual(await page.evaluate(injected), [], payload)
      }
    }
    assert.deepEqual(faults, [])
    await context.close()
  })
})

/** Puts the payloads into every field that takes text; the id of a project whose messages are all of them. */
async function plant({ admin, browser, server }: World): Promise<string> {
  const post = <Answer>(path: string, body: object): Promise<Answer> =>
    api<Answer>(admin, server.url, 'POST', path, body)
  await Promise.all(payloads.map((name) => post('/projects', { name, description: name })))
  const { id } = await post<{ id: string }>('/projects', {
    name: '<img src=x onerror=alert(1)>',
    description: '<svg onload=alert(1)>',
  })
  for (const content of payloads) await post(`/projects/${id}/messages`, { role: 'user', content })
  for (const name of shorterThan(40).slice(0, 15)) await post('/me/api-keys', { name })
  for (const [index, description] of shorterThan(200).slice(0, 4).entries())
    await post('/admin/roles', { name: `planted-${index}`, description, permissions: [] })
  await refusedOrHarmless(admin, server.url)
  await Promise.all(payloads.map((username) => failLogin(server.url, username)))
  for (const payload of shorterThan(200).filter(isHeader).slice(0, 12)) {
    const context = await loggedIn(browser, server, { userAgent: payload })
    await context.close()
  }
  return id
}

const isHeader = (text: string): boolean => /^[\x20-\x7e]+$/.test(text)

/** Names of users are checked; whichever payload passes the check is shown as text like all others. */
async function refusedOrHarmless(admin: BrowserContext, url: string): Promise<void> {
  for (const username of payloads.slice(0, 10)) {
    const reply = await admin.request.post('/api/v1/admin/users', {
      headers: { origin: url },
      data: { email: `${encodeURIComponent(username)}@example.com`, username, password },
    })
    assert.ok(reply.status() < 500, `${username}: ${reply.status()}`)
  }
}

const failLogin = (url: string, username: string): Promise<Response> =>
  fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': isHeader(username) ? username : 'x' },
    body: JSON.stringify({ username, password: 'wrong in every case' }),
  })

/** Runs in the page: elements that the console never makes itself. */
function injected(): string[] {
  const foreign = [
    'body script',
    'iframe',
    'object',
    'embed',
    'base',
    'meta[http-equiv=refresh]',
    'math',
    'marquee',
    'video',
    'audio',
    'xss',
    'image',
    'animate',
    // The editor of queries puts empty pictures beside its hints.
    'img:not([src^="data:image/svg+xml"], [src^="/"], .cm-widgetBuffer:not([src]))',
    'a[href^="javascript" i]',
    '[formaction]',
    '[onload], [onerror], [onfocus], [onmouseover], [ontoggle], [onbegin], [onstart]',
    'link[href*="evil"], script[src*="evil"]',
  ]
  return foreign.flatMap((selector) =>
    [...document.querySelectorAll(selector)].map((element) => element.outerHTML.slice(0, 120)),
  )
}

interface Attack {
  name: string
  succeeded: boolean
}

/** Runs in the other site's page: everything that a page can send with the cookies of the console. */
async function attack({ target }: { target: string }): Promise<Attack[]> {
  const base = `${target}/api/v1`
  const results: Attack[] = []
  const say = (name: string, succeeded: boolean): void => void results.push({ name, succeeded })
  const body = JSON.stringify({ name: 'made by another site' })
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    for (const mode of ['cors', 'no-cors'] as const) {
      const sent = await fetch(`${base}/projects`, {
        method: 'POST',
        credentials: 'include',
        mode,
        headers: { 'content-type': type },
        body,
      }).catch(() => undefined)
      // What cannot be read may still have been done: that is looked up afterwards.
      say(`POST /projects ${type} ${mode}`, sent?.ok ?? false)
    }
  }
  for (const [method, path] of [
    ['PUT', '/config'],
    ['DELETE', '/me/sessions/x'],
    ['POST', '/auth/logout'],
    ['POST', '/auth/refresh'],
  ] as const) {
    const sent = await fetch(base + path, {
      method,
      credentials: 'include',
      body: method === 'DELETE' ? null : '{}',
    }).catch(() => undefined)
    if (target !== location.origin) say(`${method} ${path}`, sent?.ok ?? false)
  }
  for (const path of ['/me', '/admin/users', '/config']) {
    const read = await fetch(base + path, { credentials: 'include' })
      .then((reply) => reply.text())
      .catch(() => undefined)
    say(`GET ${path}`, read !== undefined)
  }
  for (const path of ['/api/v1/stream', '/ws']) {
    const opened = await new Promise<boolean>((resolve) => {
      const socket = new WebSocket(target.replace('http', 'ws') + path)
      socket.addEventListener('message', () => (resolve(true), socket.close()))
      socket.addEventListener('close', () => resolve(false))
    })
    say(`WebSocket ${path}`, opened)
  }
  const streamed = await new Promise<boolean>((resolve) => {
    const source = new EventSource(`${base}/stream`, { withCredentials: true })
    source.addEventListener('open', () => (resolve(true), source.close()))
    source.addEventListener('error', () => (resolve(false), source.close()))
  })
  say('EventSource /api/v1/stream', streamed)
  return results
}

function submitForm({ action, enctype }: { action: string; enctype: string }): void {
  const form = document.createElement('form')
  Object.assign(form, { action, method: 'POST', enctype })
  const input = document.createElement('input')
  // As text/plain this becomes a JSON document.
  Object.assign(input, { name: '{"name":"by a form","description":"', value: '"}' })
  form.append(input)
  document.body.append(form)
  form.submit()
}

const frame = (url: string): Promise<void> =>
  new Promise((resolve) => {
    const element = document.createElement('iframe')
    element.addEventListener('load', () => resolve())
    element.addEventListener('error', () => resolve())
    element.src = url
    document.body.append(element)
  })

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { json } from 'node:stream/consumers'
import ipaddr from 'ipaddr.js'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { fail, ok, warn, type Finding, type Patient } from './finding.ts'

const patienceMs = 5_000

/** What of the configuration others can reach, and whether that is safe. */
export function exposure({ config }: Patient): Finding[] {
  const host = config.get('server_host')
  const proxies = config.get('trusted_proxies')
  const publicUrl = config.get('public_url')
  const isHome = host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback')
  const hasTls = publicUrl?.startsWith('https:') === true && proxies.length > 0
  const listens = `Listens on ${host}`
  return [
    isHome || hasTls
      ? ok('exposure', isHome ? `${listens}, reachable from this machine alone` : `${listens}, behind a proxy with TLS`)
      : warn(
          'exposure',
          `${listens}, where others can reach it without TLS`,
          'Put a proxy with TLS in front (deploy/nginx.conf), and set public_url and trusted_proxies; or listen on 127.0.0.1',
        ),
    ...proxies
      .filter((range) => range.endsWith('/0'))
      .map((range) =>
        fail(
          'proxies',
          `trusted_proxies believes everybody (${range})`,
          'List the addresses of the proxies only: a caller could claim any address, also one of the allow list',
        ),
      ),
    ...origins(config.get('cors_origins'), publicUrl),
  ]
}

function origins(list: readonly string[], publicUrl: string | undefined): Finding[] {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).origin
  if (list.length === 0) return [ok('origins', 'Only pages of the console itself may call the API')]
  const open = list.filter((origin) => publicUrl?.startsWith('https:') && origin.startsWith('http:'))
  if (open.length > 0)
    return [warn('origins', `cors_origins lets in pages without TLS: ${open.join(', ')}`, 'Write them with https:')]
  return [
    own !== undefined && list.includes(own)
      ? warn('origins', `cors_origins names the console itself (${own})`, 'Leave it out: it is always let in')
      : ok('origins', list.join(', ')),
  ]
}

const Health = z.object({ status: z.enum(['ok', 'degraded', 'down']) })

/** Whether Miktos answers there, the port is free, or somebody else has it. */
export async function listening({ config, url }: Patient): Promise<Finding[]> {
  const answer = await health(url)
  if (answer !== undefined)
    return [answerFinding('server', url, answer), ...(answer === 'stranger' ? [] : [await websocket('websocket', url)])]
  const code = await whyNotFree(config.get('server_host'), config.get('server_port'))
  if (code === undefined)
    return [warn('server', `None answers at ${url}; the port is free`, 'Start one with `miktos serve`')]
  if (code === 'EADDRINUSE')
    return [fail('server', `Another program has the port of ${url}`, `\`ss -ltnp\` shows which; --port takes another`)]
  return [fail('server', `Nothing can listen at ${url}: ${code}`, 'Check server_host and server_port')]
}

type Answer = z.output<typeof Health>['status'] | 'stranger'

async function health(url: string): Promise<Answer | undefined> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(patienceMs), redirect: 'manual' }).catch(
    () => undefined,
  )
  if (!response) return undefined
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = Health.safeParse(body)
  return parsed.success ? parsed.data.status : 'stranger'
}

function answerFinding(check: string, url: string, answer: Answer): Finding {
  if (answer === 'ok') return ok(check, `Miktos answers at ${url}`)
  if (answer === 'stranger')
    return fail(
      check,
      `Something answers at ${url}, and it is not Miktos`,
      'Check server_port and public_url, and where the proxy sends requests',
    )
  return warn(check, `Miktos answers at ${url} and is ${answer}`, '`miktos status` with a login names the component')
}

async function whyNotFree(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  const failed = once(server, 'error').then(([error]) => (error as NodeJS.ErrnoException).code)
  const free = once(server.listen(port, host), 'listening').then(() => undefined)
  const code = await Promise.race([free, failed])
  server.close()
  return code
}

/** Through the way that browsers take: TLS, upgrade headers and host name of the proxy. */
export async function publicAddress(url: string): Promise<Finding[]> {
  const answer = await health(url)
  if (answer === undefined)
    return [fail('public url', `Nothing answers at ${url}`, 'Check DNS, the firewall, the certificate and the proxy')]
  const reached = answerFinding('public url', url, answer)
  if (answer === 'stranger') return [reached]
  return [reached, await websocket('public websocket', url), await origin(url)]
}

const Refusal = z.object({ error: z.object({ code: z.string() }) })

/** Nobody is logged in here, so the stream has to refuse, but as the stream: that shows that the upgrade came through. */
async function websocket(check: string, url: string): Promise<Finding> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/stream`, { handshakeTimeout: patienceMs })
  const refused = once(socket, 'unexpected-response').then(async ([, response]: IncomingMessage[]) => ({
    status: response!.statusCode ?? 0,
    code: Refusal.safeParse(await json(response!).catch(() => undefined)).data?.error.code,
  }))
  const broken = once(socket, 'error').then(([error]: Error[]) => ({ status: 0, code: error!.message }))
  const { status, code } = await Promise.race([refused, broken])
  socket.on('error', () => undefined)
  socket.terminate()
  const fix =
    'Let the proxy pass the upgrade on: proxy_http_version 1.1, and the headers Upgrade and Connection (deploy/nginx.conf)'
  if (status === 401 && code === 'UNAUTHENTICATED') return ok(check, 'Upgrades reach the server')
  if (code === 'ADDRESS_NOT_ALLOWED')
    return warn(check, 'The allow list keeps this machine out', '`miktos users ip-allow` shows and changes it')
  if (status === 404) return fail(check, 'The request came through without its upgrade', fix)
  return fail(check, `The upgrade was answered with ${status || code}`, fix)
}

/** A browser sends the origin of the page; the server compares it with the host that it is asked for. */
async function origin(url: string): Promise<Finding> {
  const response = await fetch(`${url}/api/auth/logout`, {
    method: 'POST',
    headers: { origin: new URL(url).origin, cookie: 'miktos_access=doctor' },
    signal: AbortSignal.timeout(patienceMs),
  })
  const code = Refusal.safeParse(await response.json().catch(() => undefined)).data?.error.code
  if (code === 'PERMISSION_DENIED') {
    return fail(
      'origin',
      'The server is asked for another host than the browser: logged in pages cannot change anything',
      'Let the proxy keep the host: proxy_set_header Host $host',
    )
  }
  return ok('origin', 'The host name comes through')
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { WebSocket, WebSocketServer } from 'ws'
import { testConfig } from '#platform/config/config.ts'
import { createApp } from '#server/app.ts'

/**
 * The servers that are compared, each a process of its own that publishes when it is told to over the channel of its
 * parent: `node bench/sockets/peers.ts miktos|socket.io|ws FOLDER`
 */
export interface Order {
  perSecond: number
  seconds: number
}

export interface Report {
  published: number
  cpuMs: number
  residentBytes: number
}

const [kind, folder] = process.argv.slice(2)

const event = (index: number) => ({
  session_id: '0193f7a2-8c11-7d3e-9a51-2f1f0c6a77e0',
  status: 'running',
  progress: index / 1_000,
  message: 'Round 12 of 40 has been completed',
})

interface Peer {
  port: number
  token?: string
  publish(index: number): void
}

async function miktos(): Promise<Peer> {
  const config = testConfig({
    data_dir: folder!,
    database_url: `sqlite:///${folder}/miktos.db`,
    admin_email: 'bench@example.com',
    admin_password: 'a phrase for measuring',
    sockets_per_user_max: 10_000,
    rate_limit: 1e9,
    rate_limit_auth: 1e6,
    logs_own: false,
    logs_journal: false,
    logs_docker: false,
    metrics_interval_seconds: 0,
  })
  const { http, platform } = await createApp({ config, log: pino({ level: 'silent' }) })
  platform.live.declare('bench', { access: 'sessions:read', event: 'bench', shared: true })
  await http.listen({ host: '127.0.0.1', port: 0 })
  platform.lifecycle.markReady()
  const login = await http.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { email: 'bench@example.com', password: 'a phrase for measuring' },
  })
  return {
    port: (http.server.address() as AddressInfo).port,
    token: (login.json() as { tokens: { access_token: string } }).tokens.access_token,
    publish: (index) => platform.live.publish('bench', event(index)),
  }
}

async function bare(kind: 'socket.io' | 'ws'): Promise<Peer> {
  const http = createServer()
  const publish = kind === 'ws' ? bareWs() : bareSocketIo()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { port: (http.address() as AddressInfo).port, publish }

  function bareSocketIo(): Peer['publish'] {
    const io = new Server(http, { serveClient: false })
    return (index) => void io.emit('bench', event(index))
  }

  function bareWs(): Peer['publish'] {
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
    return (index) => {
      const text = JSON.stringify({ type: 'bench', timestamp: new Date().toISOString(), data: event(index) })
      for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(text)
    }
  }
}

const peer = kind === 'miktos' ? await miktos() : await bare(kind as 'socket.io' | 'ws')

process.on('message', ({ perSecond, seconds }: Order) => {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  let published = 0
  const timer = setInterval(() => {
    // Those that are late by now, so that a slow server is measured by what it sends and not by its timer.
    const due = Math.min(((performance.now() - startedAt) / 1_000) * perSecond, perSecond * seconds)
    while (published < Math.floor(due)) peer.publish(published++)
    if (published < perSecond * seconds) return
    clearInterval(timer)
    const { user, system } = process.cpuUsage(before)
    globalThis.gc?.()
    process.send!({
      published,
      cpuMs: (user + system) / 1_000,
      residentBytes: process.memoryUsage.rss(),
    } satisfies Report)
  }, 1_000 / perSecond)
})
process.send!({ port: peer.port, token: peer.token })

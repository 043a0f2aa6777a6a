import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { closeCodes } from '#kernel/closeCodes.ts'
import { apiPath } from './apiPath.ts'
import { refreshSession, sessionEnded } from './session.ts'

/** One thing that happened; `seq` counts up by one per topic. */
export interface LiveEvent<Data = unknown> {
  topic: string
  seq: number
  /** ISO time. */
  at: string
  data: Data
  /** How many events were left out before this one because this reader was too slow. */
  dropped?: number
}

export type LiveState =
  | { phase: 'connecting' }
  | { phase: 'live' }
  /** `stoppedAt` and `retryAt` in ms since the epoch. */
  | { phase: 'stopped'; stoppedAt: number; retryAt: number }

interface Hello {
  type: 'hello'
  epoch: string
  server_version: string
  heartbeat_ms: number
}

type Frame = Hello | ({ type: 'event' } & LiveEvent<never>) | { type: 'pong' | 'subscribed' | 'error' }

type Listener = (event: LiveEvent<never>) => void

const backoffMinMs = 500
/** Slow enough that a server that was away for ten seconds is found again within five. */
const backoffFactor = 1.5
const backoffMaxMs = 30_000
const closedForMs = 5 * 60_000

const listeners = new Map<string, Set<Listener>>()
const watchers = new Set<() => void>()
const lastSeq: Record<string, number> = {}

let socket: WebSocket | undefined
let state: LiveState = { phase: 'connecting' }
let failures = 0
let epoch: string | undefined
let loadedVersion: string | undefined
let serverVersion: string | undefined
let heartbeatMs = 15_000
let heardAt = 0
let retryTimer: ReturnType<typeof setTimeout> | undefined
let stoppedAt: number | undefined

/** Opens the tab's one socket and keeps it open until the returned function is called. */
export function startLive(): () => void {
  connect()
  const watch = setInterval(checkHeartbeat, 5_000)
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', wake)
  return () => {
    clearInterval(watch)
    clearTimeout(retryTimer)
    document.removeEventListener('visibilitychange', wake)
    removeEventListener('online', wake)
    const open = socket
    socket = undefined
    open?.close()
  }
}

function wake(): void {
  if (document.visibilityState === 'visible' && state.phase === 'stopped') retryLive()
}

export function retryLive(): void {
  clearTimeout(retryTimer)
  connect()
}

/** Waiting longer for what is only a number would be worse than a number that is one behind. */
const countedWithinMs = 500

/** Resolves once this tab's socket is open or cannot be opened: what counts sockets is asked for after that. */
export function socketIsCounted(): Promise<void> {
  if (state.phase !== 'connecting') return Promise.resolve()
  return new Promise((resolve) => {
    const stop = onState(() => {
      stop()
      resolve()
    })
    setTimeout(resolve, countedWithinMs)
  })
}

export const useLiveState = (): LiveState => useSyncExternalStore(onState, () => state)

/** Version of a server that is newer than this page; undefined while they match. */
export const useNewVersion = (): string | undefined =>
  useSyncExternalStore(onState, () => (serverVersion === loadedVersion ? undefined : serverVersion))

/** Calls `onEvent` for each event of the topic while the component is mounted and `enabled`. */
export function useLive<Data>(topic: string, onEvent: (event: LiveEvent<Data>) => void, { enabled = true } = {}): void {
  const handle = useEffectEvent(onEvent)
  useEffect(() => (enabled ? subscribe(topic, (event: LiveEvent<Data>) => handle(event)) : undefined), [topic, enabled])
}

function subscribe<Data>(topic: string, listener: (event: LiveEvent<Data>) => void): () => void {
  const known = listeners.get(topic)
  const set = known ?? new Set()
  set.add(listener)
  if (!known) {
    listeners.set(topic, set)
    sendFrame({ type: 'subscribe', topics: [topic] })
  }
  return () => {
    set.delete(listener)
    if (set.size > 0) return
    listeners.delete(topic)
    delete lastSeq[topic]
    sendFrame({ type: 'unsubscribe', topics: [topic] })
  }
}

function onState(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

function setState(next: LiveState): void {
  state = next
  for (const watcher of watchers) watcher()
}

function connect(): void {
  socket?.close()
  const opened = new WebSocket(
    `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${apiPath('/stream')}`,
  )
  socket = opened
  heardAt = Date.now()
  opened.addEventListener('message', ({ data }) => {
    heardAt = Date.now()
    if (socket === opened) receive(JSON.parse(data) as Frame)
  })
  opened.addEventListener('close', ({ code }) => {
    if (socket === opened) void closed(code)
  })
}

function receive(frame: Frame): void {
  if (frame.type === 'hello') welcome(frame)
  if (frame.type !== 'event') return
  lastSeq[frame.topic] = frame.seq
  for (const listener of listeners.get(frame.topic) ?? []) listener(frame)
}

/** After a reconnect the server sends again what was missed, as far as it still has it. */
function welcome(hello: Hello): void {
  const resume = hello.epoch === epoch ? { epoch, seq: { ...lastSeq } } : undefined
  if (hello.epoch !== epoch) for (const topic of Object.keys(lastSeq)) delete lastSeq[topic]
  epoch = hello.epoch
  heartbeatMs = hello.heartbeat_ms
  serverVersion = hello.server_version
  loadedVersion ??= hello.server_version
  failures = 0
  stoppedAt = undefined
  if (listeners.size > 0) sendFrame({ type: 'subscribe', topics: [...listeners.keys()], ...(resume && { resume }) })
  setState({ phase: 'live' })
}

async function closed(code: number): Promise<void> {
  socket = undefined
  if (code === closeCodes.sessionEnded && !(await refreshSession().catch(() => true))) return sessionEnded()
  // An upgrade that is refused for an expired token looks like any other failure from here.
  if (failures === 1) await refreshSession().catch(() => true)
  const backoffMs = Math.min(backoffMinMs * backoffFactor ** failures++, backoffMaxMs)
  // An administrator closed it: not at once again.
  const delayMs = code === closeCodes.closed ? closedForMs : backoffMs * (0.75 + Math.random() / 2)
  stoppedAt ??= Date.now()
  setState({ phase: 'stopped', stoppedAt, retryAt: Date.now() + delayMs })
  retryTimer = setTimeout(connect, delayMs)
}

/** Browsers do not show the server's pings, so a silent line is found by asking. */
function checkHeartbeat(): void {
  if (socket?.readyState !== WebSocket.OPEN) return
  const silentMs = Date.now() - heardAt
  if (silentMs > 3 * heartbeatMs) socket.close()
  else if (silentMs > heartbeatMs) sendFrame({ type: 'ping' })
}

function sendFrame(frame: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
}

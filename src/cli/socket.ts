import { WebSocket } from 'ws'
import { secondMs } from '#kernel/time.ts'
import { refusal } from './api.ts'
import { unreachable } from './failure.ts'

const handshakeTimeout = 10 * secondMs
/** The server asks for a sign of life more than twice as often. */
const silenceMaxMs = 40 * secondMs

/** Resolves when it is open, and paused. @throws ApiError where the server refuses, CommandError where none answers */
export function openSocket(url: string, path: string, token: string | undefined): Promise<WebSocket> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path, { headers, handshakeTimeout })
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.pause()
      resolve(socket)
    })
    socket.once('unexpected-response', (_request, response) => {
      const requestId = response.headers['x-request-id']?.toString()
      refusal({ status: response.statusCode!, requestId, body: response }).then(reject, reject)
    })
    // After it was open the close tells, too.
    socket.on('error', (error) => reject(unreachable(url, error)))
  })
}

/** Ends a connection of which nothing is heard any more, as when the other side lost its power. */
export function endSilence(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), silenceMaxMs)
  const hear = (): void => void timer.refresh()
  socket.on('message', hear)
  socket.on('ping', hear)
  socket.on('close', () => clearTimeout(timer))
}

import { connect, type Socket } from 'node:net'
import { createTransport, type SendMailOptions } from 'nodemailer'
import type * as z from 'zod'
import { secondMs } from '#kernel/time.ts'
import { detailOf } from '../answer.ts'
import type { Answer } from '../channel.ts'
import type { EmailConfig } from './config.ts'

/** For everything together; servers that slow strangers down take a while. */
const timeoutMsDefault = 30 * secondMs

type Config = z.output<typeof EmailConfig>

/** Gives one mail to the server at `address`, which is the one that was checked. */
export async function submit(
  config: Config,
  address: string,
  mail: SendMailOptions,
  timeoutMs = timeoutMsDefault,
): Promise<Answer> {
  const secrets = [config.password]
  const socket = connect({ host: address, port: config.port })
  let late = false
  const timer = setTimeout(() => {
    late = true
    socket.destroy()
  }, timeoutMs)
  try {
    await connected(socket)
    const { response, rejected } = await transportOver(socket, config).sendMail(mail)
    const unreached = rejected.length > 0 ? `; refused: ${rejected.map(String).join(', ')}` : ''
    return { outcome: 'sent', status: codeIn(response), detail: detailOf(response + unreached, secrets) }
  } catch (error) {
    return late
      ? { outcome: 'retry', status: null, detail: `The mail server did not answer within ${timeoutMs / secondMs} s` }
      : failureOf(error as SmtpError, secrets)
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
    socket.once('close', () => reject(new Error('The connection ended before it was made')))
  })

function transportOver(socket: Socket, { host, port, security, username, password, certificate_authority }: Config) {
  return createTransport({
    // What its certificate has to name; the connection is there already.
    host,
    port,
    connection: socket,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    ...(certificate_authority !== undefined && { tls: { ca: certificate_authority } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

interface SmtpError extends Error {
  code?: string
  /** What the server answered, and its number. */
  response?: string
  responseCode?: number
}

/** 4xx may pass, 5xx will not (RFC 5321, 4.2.1); nor does a mail that cannot even be sent. */
function failureOf({ code, message, response, responseCode = 0 }: SmtpError, secrets: (string | undefined)[]): Answer {
  const isFinal = responseCode >= 500 || (responseCode === 0 && code === 'EENVELOPE')
  return {
    outcome: isFinal ? 'refused' : 'retry',
    status: responseCode === 0 ? null : responseCode,
    detail: detailOf(response ?? message, secrets),
  }
}

const codeIn = (response: string): number | null => {
  const code = /^\d{3}/.exec(response)?.[0]
  return code === undefined ? null : Number(code)
}

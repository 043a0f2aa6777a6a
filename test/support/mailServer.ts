import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { certificateFor } from './certificate.ts'

export interface ReceivedMail {
  from: string
  to: string[]
  /** As it came: headers, an empty line, body. */
  raw: string
  secure: boolean
  user: string | undefined
}

export interface MailServer {
  port: number
  /** PEM, for those who are to trust it; it is for the name `localhost`. */
  certificate: string
  mails: ReceivedMail[]
}

export const mailLogin = { username: 'miktos', password: 'a password of mail' }

/** An SMTP server on loopback with TLS and one user. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const { key, cert } = certificateFor('localhost')
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === mailLogin.username && password === mailLogin.password) done(null, { user: username })
      else done(Object.assign(new Error(`No user has the password ${password}`), { responseCode: 535 }))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push(mailOf(session, Buffer.concat(chunks).toString()))
        done(null, 'taken as 42')
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  after(() => server.close(() => undefined))
  return { port: (server.server.address() as AddressInfo).port, certificate: cert, mails }
}

const mailOf = ({ envelope, secure, user }: SMTPServerSession, raw: string): ReceivedMail => ({
  from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
  to: envelope.rcptTo.map(({ address }) => address),
  raw,
  secure,
  user: user === undefined ? undefined : String(user),
})

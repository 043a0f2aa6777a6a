import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { mailLogin, mailServer, type MailServer } from '../../../../../test/support/mailServer.ts'
import {
  alertOf,
  channelIo as io,
  hostileNotification,
  hostileTexts,
  notificationOf,
} from '../../../../../test/support/notification.ts'
import { freePort } from '../../../../../test/support/port.ts'
import { EmailConfig } from './config.ts'
import { email } from './email.ts'
import { submit } from './smtp.ts'

const configFor = ({ port, certificate }: Pick<MailServer, 'port' | 'certificate'>, more: object = {}) =>
  EmailConfig.parse({
    host: 'localhost',
    port,
    certificate_authority: certificate,
    from: 'miktos@example.org',
    to: ['ops@example.com'],
    ...more,
  })

const headerOf = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: ((?:.|\\r\\n[ \\t])*)`, 'im').exec(raw.split('\r\n\r\n')[0]!)?.[1]?.replace(/\r\n\s+/g, ' ')

describe('A mail', () => {
  test('goes out over STARTTLS with a login', async () => {
    const server = await mailServer()
    const answer = await email.send(configFor(server, mailLogin), notificationOf(), io)
    assert.deepEqual([answer.outcome, answer.status], ['sent', 250])
    assert.match(answer.detail, /taken as 42/)
    const [mail = assert.fail()] = server.mails
    assert.deepEqual(
      [mail.from, mail.to, mail.secure, mail.user],
      ['miktos@example.org', ['ops@example.com'], true, mailLogin.username],
    )
    assert.equal(headerOf(mail.raw, 'Subject'), '[FIRING:1] DiskFull')
    const [, plain = '', html = ''] = mail.raw.split('Content-Type: text/')
    assert.match(plain, /CRITICAL {2}DiskFull\r\nThe disk of gpu-1 is full/)
    assert.match(html, /href=3D"https:\/\/miktos\.example\.org\/alerts\/a1">DiskFull/)
    assert.equal(headerOf(mail.raw, 'Auto-Submitted'), 'auto-generated')
    assert.equal(headerOf(mail.raw, 'List-Unsubscribe'), undefined)
  })

  test('goes out over TLS from the first byte', async () => {
    const server = await mailServer({ secure: true })
    const answer = await email.send(configFor(server, { security: 'tls', ...mailLogin }), notificationOf(), io)
    assert.equal(answer.outcome, 'sent', answer.detail)
    assert.equal(server.mails[0]!.secure, true)
  })

  test('goes out unencrypted only where that is asked for', async () => {
    const server = await mailServer({ disabledCommands: ['STARTTLS', 'AUTH'] })
    const refused = await email.send(configFor(server), notificationOf(), io)
    assert.deepEqual([refused.outcome, server.mails.length], ['refused', 0])
    const answer = await email.send(configFor(server, { security: 'none' }), notificationOf(), io)
    assert.deepEqual([answer.outcome, server.mails[0]!.secure], ['sent', false])
  })

  test('does not go to a server with the certificate of another', async () => {
    for (const secure of [false, true]) {
      const server = await mailServer({ secure })
      const { certificate } = await mailServer()
      const config = configFor({ ...server, certificate }, { security: secure ? 'tls' : 'starttls', ...mailLogin })
      const answer = await email.send(config, notificationOf(), io)
      assert.deepEqual([answer.outcome, server.mails.length], ['retry', 0])
      assert.match(answer.detail, /certificate/i)
    }
  })

  test('does not go to a server whose certificate is for another name', async () => {
    const server = await mailServer()
    const answer = await email.send(configFor(server, { host: '127.0.0.1' }), notificationOf(), io)
    assert.deepEqual([answer.outcome, server.mails.length], ['retry', 0])
    assert.match(answer.detail, /certificate/i)
  })

  test('has the same id for each attempt, and all mails of a group are one thread', async () => {
    const server = await mailServer()
    const first = notificationOf({ id: 'n1' })
    const resolved = notificationOf({
      id: 'n2',
      status: 'resolved',
      alerts: [alertOf({ status: 'resolved', endsAt: 1 })],
    })
    const other = notificationOf({ id: 'n3', groupKey: 'another' })
    for (const one of [first, first, resolved, other]) await email.send(configFor(server), one, io)
    const ids = server.mails.map(({ raw }) => headerOf(raw, 'Message-ID'))
    const threads = server.mails.map(({ raw }) => headerOf(raw, 'References'))
    assert.deepEqual([ids[0] === ids[1], new Set(ids).size], [true, 3])
    assert.deepEqual([threads[0] === threads[2], threads[0] === threads[3]], [true, false])
    assert.match(ids[0]!, /^<[0-9a-f]+@example\.org>$/)
    assert.equal(headerOf(server.mails[2]!.raw, 'Subject'), '[RESOLVED] DiskFull')
  })

  test('says hostile text without obeying it', async () => {
    const server = await mailServer()
    for (const text of hostileTexts) {
      const answer = await email.send(configFor(server), hostileNotification(text), io)
      assert.equal(answer.outcome, 'sent', answer.detail)
      const { raw, to } = server.mails.pop()!
      assert.deepEqual(to, ['ops@example.com'])
      const [head = ''] = raw.split('\r\n\r\n')
      const names = [...head.matchAll(/^([\w-]+):/gm)].map(([, name]) => name!.toLowerCase())
      assert.equal(new Set(names).size, names.length, head)
      assert.ok(!names.some((name) => ['bcc', 'cc'].includes(name)), head)
      assert.doesNotMatch(raw, /text\/html[\s\S]*<script>/)
    }
  })
})

describe('The mail server', () => {
  test('does not know the user: refused, with its words but without the password', async () => {
    const server = await mailServer()
    const config = configFor(server, { username: 'miktos', password: 'wrong-pass-phrase' })
    const answer = await email.send(config, notificationOf(), io)
    assert.deepEqual([answer.outcome, answer.status], ['refused', 535])
    assert.match(answer.detail, /No user has the password/)
    assert.doesNotMatch(answer.detail, /wrong-pass-phrase/)
  })

  for (const [responseCode, outcome] of [
    [421, 'retry'],
    [450, 'retry'],
    [452, 'retry'],
    [550, 'refused'],
    [554, 'refused'],
  ] as const) {
    test(`answers ${responseCode}: ${outcome}`, async () => {
      const server = await mailServer({
        onRcptTo: (_address, _session, done) => done(Object.assign(new Error('mailbox says no'), { responseCode })),
      })
      const answer = await email.send(configFor(server), notificationOf(), io)
      assert.deepEqual([answer.outcome, answer.status], [outcome, responseCode])
      assert.match(answer.detail, /mailbox says no/)
    })
  }

  test('takes some of the addresses: sent, and it says which were refused', async () => {
    const server = await mailServer({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('gone') ? done(Object.assign(new Error('gone'), { responseCode: 550 })) : done(),
    })
    const config = configFor(server, { to: ['ops@example.com', 'gone@example.com', 'night@example.com'] })
    const answer = await email.send(config, notificationOf(), io)
    assert.equal(answer.outcome, 'sent')
    assert.match(answer.detail, /refused: .*gone@example\.com/)
    assert.deepEqual(server.mails[0]!.to, ['ops@example.com', 'night@example.com'])
  })

  test('is not there, hangs up, resets or talks nonsense: retry', async () => {
    const misdeeds: ((socket: Socket) => void)[] = [
      (socket) => void socket.end(),
      (socket) => void socket.resetAndDestroy(),
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      (socket) => void socket.write('220 here\r\n', () => socket.end()),
    ]
    const ports = [await freePort(), ...(await Promise.all(misdeeds.map(tcpServer)))]
    for (const port of ports) {
      const answer = await email.send(configFor({ port, certificate: undefined! }, {}), notificationOf(), io)
      assert.deepEqual([answer.outcome, answer.status], ['retry', null], answer.detail)
      assert.notEqual(answer.detail, '')
    }
  })

  test('goes silent, in clear or within TLS: the attempt ends in time', async () => {
    const silences: ((socket: Socket) => void)[] = [
      () => undefined,
      (socket) => void socket.write('220 here\r\n'),
      (socket) => void socket.write('220 here\r\n250-here\r\n250 STARTTLS\r\n220 go\r\n'),
      (socket) => {
        socket.write('220-')
        const timer = setInterval(() => (socket.writable ? socket.write('x') : clearInterval(timer)), 20)
      },
    ]
    const withinTls = await mailServer({ onMailFrom: () => undefined })
    const ports = [withinTls.port, ...(await Promise.all(silences.map(tcpServer)))]
    for (const port of ports) {
      const config = configFor({ port, certificate: withinTls.certificate })
      const answer = await submit(config, '127.0.0.1', { from: config.from, to: config.to, text: 'x' }, 500)
      assert.deepEqual([answer.outcome, answer.status], ['retry', null])
      assert.match(answer.detail, /did not answer within 0\.5 s/)
    }
  })

  test('is a private address that nobody listed: refused without a connection', async () => {
    let connections = 0
    const port = await tcpServer((socket) => {
      connections++
      socket.destroy()
    })
    const { createOutbound } = await import('#platform/outbound/client.ts')
    const strict = { ...io, outbound: createOutbound({ allow: () => [], ownPorts: () => [] }) }
    const answer = await email.send(configFor({ port, certificate: undefined! }), notificationOf(), strict)
    assert.deepEqual([answer.outcome, connections], ['refused', 0])
    assert.match(answer.detail, /outbound_allow/)
  })
})

describe('Its settings', () => {
  const good = { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com'] }
  const bad: [string, object][] = [
    ['a line break in an address', { to: ['b@example.com\r\nBcc: c@example.com'] }],
    ['two addresses in one', { to: ['b@example.com, c@example.com'] }],
    ['a name before an address', { from: 'Ops <a@example.com>' }],
    ['nobody to write to', { to: [] }],
    ['a host that is an address of the web', { host: 'http://mail.example.com/' }],
    ['a user without password', { username: 'x' }],
    ['a password without TLS', { ...mailLogin, security: 'none' }],
    ['a field that does not exist', { cc: ['c@example.com'] }],
  ]
  test('are taken as they are meant', () => {
    assert.deepEqual(EmailConfig.parse(good), { ...good, port: 587, security: 'starttls' })
  })
  for (const [what, change] of bad) {
    test(`do not take ${what}`, () => assert.equal(EmailConfig.safeParse({ ...good, ...change }).success, false))
  }
})

async function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return (server.address() as AddressInfo).port
}

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { miktos } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { accepts, freePort } from '../support/port.ts'
import { serverPassword, startServer } from '../support/server.ts'
import { socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

/** On loopback as well, but not one that is trusted as a proxy. */
const clientAddress = '127.0.0.2'

const nginxProgram = process.env['MIKTOS_TEST_NGINX']

describe('deploy/nginx.conf', { skip: nginxProgram ? false : 'set MIKTOS_TEST_NGINX' }, async () => {
  if (!nginxProgram) return
  const folder = temporaryFolder()
  const [certificate, key, config] = ['certificate.pem', 'key.pem', 'nginx.conf'].map((name) => join(folder, name))
  const tlsPort = await freePort()
  const url = `https://localhost:${tlsPort}`
  const server = await startServer({
    dataDir: temporaryFolder(),
    args: ['--trusted-proxies', '127.0.0.1', '--public-url', url],
  })
  makeCertificate(certificate!, key!)
  writeFileSync(
    config!,
    await testConfig(folder, { certificate: certificate!, key: key!, tlsPort, serverPorts: [server.port] }),
  )

  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
    new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: string }>(
      (resolve, reject) => {
        const sent = request(url + path, {
          method,
          ca: readFileSync(certificate!),
          localAddress: clientAddress,
          family: 4,
          headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        })
        sent.once('error', reject)
        sent.once(
          'response',
          (response) =>
            void text(response).then((read) =>
              resolve({ status: response.statusCode!, headers: response.headers, body: read }),
            ),
        )
        sent.end(body && JSON.stringify(body))
      },
    )

  test('is a configuration that nginx accepts', () => {
    const { status, stderr } = spawnSync(nginxProgram, ['-t', '-c', config!], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })

  const nginx = spawn(nginxProgram, ['-c', config!, '-g', 'daemon off;'], { stdio: 'ignore' })
  after(() => nginx.kill('SIGTERM'))
  await until('nginx listens', () => accepts(tlsPort))

  test('a login over TLS sets cookies that travel over TLS alone, and changes made with them pass', async () => {
    const login = await ask(
      'POST',
      '/api/v1/auth/login',
      { origin: url },
      { username: 'admin', password: serverPassword, cookie: true },
    )
    assert.equal(login.status, 200, login.body)
    const cookies = [login.headers['set-cookie'] ?? []].flat()
    assert.ok(
      cookies.length === 2 && cookies.every((cookie) => /; Secure/.test(cookie) && /; HttpOnly/.test(cookie)),
      cookies.join('\n'),
    )
    assert.match(String(login.headers['strict-transport-security']), /max-age=31536000/)
    const cookie = cookies.map((one) => one.split(';')[0]).join('; ')
    const created = await ask(
      'POST',
      '/api/v1/admin/roles',
      { cookie, origin: url },
      { name: 'through-nginx', permissions: ['metrics:read'] },
    )
    assert.equal(created.status, 201, created.body)
    const foreign = await ask(
      'POST',
      '/api/v1/admin/roles',
      { cookie, origin: 'https://elsewhere.example' },
      { name: 'foreign', permissions: ['metrics:read'] },
    )
    assert.equal(foreign.status, 403)
  })

  test('the address is that of the client, which cannot choose another', async () => {
    const authorization = `Bearer ${await server.login()}`
    const { body } = await ask('GET', '/api/v1/config', { authorization, 'x-forwarded-for': '192.0.2.7' })
    assert.equal(JSON.parse(body).your_address, clientAddress)
  })

  test('a WebSocket comes through and says hello', async () => {
    const socket = new WebSocket(`${url.replace('https', 'wss')}/api/v1/stream`, {
      ca: readFileSync(certificate!),
      headers: { authorization: `Bearer ${await server.login()}` },
    })
    const [message] = await once(socket, 'message')
    socket.terminate()
    assert.equal(JSON.parse(String(message)).type, 'hello')
  })

  test('miktos doctor finds nothing to mend', async () => {
    const { code, stdout } = await miktos(['doctor', '--url', url, '--plain'], {
      env: { NODE_EXTRA_CA_CERTS: certificate! },
    })
    assert.equal(code, 0, stdout)
    // Miktos itself may be degraded: the machine is busy with tests.
    assert.match(stdout, /^ok\tpublic websocket\t/m)
    assert.match(stdout, /^ok\torigin\t/m)
  })
})

describe('deploy/nginx.conf before two servers', { skip: nginxProgram ? false : 'set MIKTOS_TEST_NGINX' }, () => {
  test('lets clients that poll stay at one of them, some here and some there', { timeout: 180_000 }, async () => {
    const folder = temporaryFolder()
    const [certificate, key, config] = ['certificate.pem', 'key.pem', 'nginx.conf'].map((name) => join(folder, name))
    const env = {
      MIKTOS_DATABASE_URL: `sqlite:///${join(folder, 'miktos.db')}`,
      MIKTOS_SECRET_KEY: 'a secret that both servers know, long enough',
      MIKTOS_SOCKETS_PER_USER_MAX: '1000',
    }
    const first = await startServer({ dataDir: temporaryFolder(), env })
    const second = await startServer({ dataDir: temporaryFolder(), env })
    const tlsPort = await freePort()
    makeCertificate(certificate!, key!)
    const ports = { tlsPort, serverPorts: [first.port, second.port] }
    writeFileSync(config!, await testConfig(folder, { certificate: certificate!, key: key!, ...ports }))
    const nginx = spawn(nginxProgram!, ['-c', config!, '-g', 'daemon off;'], { stdio: 'ignore' })
    after(() => nginx.kill('SIGTERM'))
    await until('nginx listens', () => accepts(tlsPort))

    const token = await first.login()
    const serversOfClients = new Set<string>()
    for (let client = 0; client < 10 || (serversOfClients.size < 2 && client < 60); client++) {
      const { socket, hears } = socketIoClient(`https://localhost:${tlsPort}`, {
        transports: ['polling'],
        agent: new Agent({
          ca: readFileSync(certificate!),
          localAddress: `127.0.0.${10 + client}`,
          family: 4,
        }) as never,
        auth: { token },
      })
      await hears('connection_established')
      for (let round = 0; round < 3; round++)
        assert.equal((await socket.emitWithAck('unsubscribe_room', { room: 'metrics_update' })).ok, true)
      // Ids of sessions begin with the server that has them.
      serversOfClients.add(socket.io.engine.id.split('.')[0]!)
      socket.close()
    }
    assert.equal(serversOfClients.size, 2)
  })
})

function makeCertificate(certificate: string, key: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const { status, stderr } = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
      ...subject,
    ],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
}

/** The file as it is delivered, with the ports and certificate of this test, inside the http block that a distribution has around it. */
async function testConfig(
  folder: string,
  {
    certificate,
    key,
    tlsPort,
    serverPorts,
  }: { certificate: string; key: string; tlsPort: number; serverPorts: number[] },
): Promise<string> {
  const site = readFileSync(join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8')
    .replaceAll(/^ *listen \[::\].*\n/gm, '')
    .replaceAll(/(listen .*?)\b80;/g, `$1${await freePort()};`)
    .replaceAll(/(listen .*?)\b443 /g, `$1${tlsPort} `)
    .replaceAll(/listen (\d)/g, 'listen 127.0.0.1:$1')
    .replace('server 127.0.0.1:8000;', serverPorts.map((port) => `server 127.0.0.1:${port};`).join('\n'))
    .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}\nworker_processes 1;\npid ${join(folder, 'nginx.pid')};\nerror_log ${join(folder, 'error.log')};\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`
}

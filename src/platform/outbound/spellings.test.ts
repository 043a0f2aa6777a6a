import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hook } from '../../../test/support/hook.ts'
import { nameServer } from '../../../test/support/nameServer.ts'
import { createOutbound } from './client.ts'
import { OutboundError } from './outbound.ts'
import { namedInConfiguration } from './policies.ts'
import { systemLookup } from './lookup.ts'

const nothing = { allow: () => [], ownPorts: () => [] }

/** Hosts that all mean this machine, a private network, a cloud's metadata, or no single place. */
const hosts = {
  'this machine, plainly': [
    '127.0.0.1',
    '127.0.0.2',
    '127.255.255.254',
    'localhost',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1.',
  ],
  'fewer parts': ['127.1', '127.0.1', '2130706433', '017700000001', '0x7f000001', '0x7F000001', '10.1', '192.168.257'],
  'octal and hex': [
    '0177.0.0.1',
    '0177.0.0.01',
    '00000177.0.0.1',
    '0x7f.0.0.1',
    '0x7f.0x0.0x0.0x1',
    '0x7f.1',
    '0177.1',
    '0x7f.0.1',
    '012.0.0.1',
    '0xa.0.0.1',
    '0xc0a80101',
    '0xA9FEA9FE',
    '2852039166',
    '0251.0376.0251.0376',
    '0xa9.0xfe.0xa9.0xfe',
    '169.254.43518',
  ],
  'no address at all': ['0', '0.0.0.0', '0x0', '00', '0.1.2.3', '[::]', '[0:0:0:0:0:0:0:0]'],
  'other scripts': [
    '①②⑦.⓪.⓪.①',
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'ｌｏｃａｌｈｏｓｔ',
    'lo\u00adcalhost',
    '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
  ],
  'escapes and white space': [
    '127.0.0.%31',
    '%31%32%37.0.0.1',
    'local%68ost',
    '127.0.\t0.1',
    '127.0.0.1\n',
    'local\r\nhost',
  ],
  IPv6: [
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::0001]',
    '[fe80::1]',
    '[febf::1]',
  ],
  'IPv4 within IPv6': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:7F00:0001]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '[2001:0:7f00:1::]',
    '[::ffff:10.0.0.1]',
  ],
  'private networks': [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '198.18.0.1',
    '[fc00::1]',
    '[fd12::1]',
  ],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '[FD00:0EC2:0:0:0:0:0:0254]',
  ],
  'no single place': [
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '240.0.0.1',
    '[ff02::1]',
    '[ff0e::1]',
    '192.0.2.1',
    '[2001:db8::1]',
  ],
}

/** Whole addresses that read differently to a careless eye; %p is the port of the one who must hear nothing. */
const urls = [
  'http://example.com@127.0.0.1:%p/',
  'http://127.0.0.1:%p@example.invalid/',
  'http://example.com:80@127.0.0.1:%p/',
  'http://user:pass@localhost:%p/',
  'http://example.com%40127.0.0.1:%p/',
  'http:\\\\127.0.0.1:%p\\',
  'http:/127.0.0.1:%p/',
  'http:127.0.0.1:%p/',
  'http:///127.0.0.1:%p/',
  ' http://127.0.0.1:%p/',
  'ht\ntp://127.0.0.1:%p/',
  'http://127.0.0.1:0%p/',
  'http://127.0.0.1:%p\\@example.com/',
  'http://127.0.0.1:%p#@example.com/',
  'http://[::1%25lo]:%p/',
  'http://[::1]@127.0.0.1:%p/',
  'http://127.0.0.1:99999/',
  'ftp://127.0.0.1:%p/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:%p/_GET',
  'data:text/plain,hello',
  'ws://127.0.0.1:%p/',
  'javascript:alert(1)',
  'unix:/run/docker.sock',
  '//127.0.0.1:%p/',
  '',
]

const spellings = Object.entries(hosts).flatMap(([kind, list]) => list.map((host) => [kind, host] as const))

describe('Nothing that leads home or to metadata is called', () => {
  test(`${spellings.length + urls.length} spellings, and nobody heard anything`, async () => {
    const canary = await hook({ host: '::' })
    const lookup = async (name: string) => (name === 'localhost' ? systemLookup(name) : [])
    const outbound = createOutbound({ ...nothing, lookup })
    const whole = spellings.map(([, host]) => `http://${host}:${canary.port}/`)
    for (const url of [...whole, ...urls.map((url) => url.replace('%p', String(canary.port)))]) {
      const error = await outbound.request({ method: 'POST', url, body: 'x', timeoutMs: 2_000 }).then(
        () => assert.fail(`called ${url}`),
        (failure: unknown) => failure,
      )
      assert.ok(error instanceof OutboundError && error.kind === 'blocked', `${url}: ${String(error)}`)
    }
    assert.deepEqual(canary.received, [])
  })

  test('neither a list nor the configuration opens metadata, link-local, multicast or unspecified addresses', async () => {
    const outbound = createOutbound(namedInConfiguration)
    const never = [
      '169.254.169.254',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '224.0.0.1',
      '0.0.0.0',
      '0',
      '[::]',
      '255.255.255.255',
    ]
    for (const host of [
      ...never,
      '[::ffff:169.254.169.254]',
      '[64:ff9b::a9fe:a9fe]',
      '0xa9fea9fe',
      '100.100.100.200',
    ]) {
      await assert.rejects(outbound.request({ method: 'GET', url: `http://${host}/` }), { kind: 'blocked' }, host)
      await assert.rejects(outbound.resolve(host, 25), { kind: 'blocked' }, host)
    }
  })

  test('names that lead there are refused like the addresses', async () => {
    const canary = await hook()
    const targets = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1', '100.100.100.200']
    const { lookup } = await nameServer((name) => [targets[Number(name.split('.')[0])]!])
    const outbound = createOutbound({ ...nothing, lookup })
    for (const [index] of targets.entries()) {
      const url = `http://${index}.example.com:${canary.port}/`
      await assert.rejects(outbound.request({ method: 'GET', url }), { kind: 'blocked' }, targets[index])
      await assert.rejects(outbound.resolve(`${index}.example.com`, 25), { kind: 'blocked' }, targets[index])
    }
    assert.deepEqual(canary.received, [])
  })
})

describe('What is judged is what is dialled', () => {
  const same = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
  ]

  for (const host of same) {
    test(`${host} is 127.0.0.1 to both`, async () => {
      const receiver = await hook()
      const outbound = createOutbound({ allow: () => [`127.0.0.1:${receiver.port}`], ownPorts: () => [] })
      await outbound.request({ method: 'GET', url: `http://${host}:${receiver.port}/a?b=c#d` })
      assert.deepEqual(
        receiver.received.map(({ path, headers }) => [path, headers.host]),
        [['/a?b=c', `127.0.0.1:${receiver.port}`]],
      )
      assert.equal(await outbound.resolve(host.replace(/%3(.)/g, '$1'), receiver.port), '127.0.0.1')
    })
  }

  test('a name is asked for once in each call, and the answer that was judged is dialled though it changes', async () => {
    const receiver = await hook()
    const canary = await hook({ host: '127.0.0.2', port: receiver.port })
    const { lookup, asked } = await nameServer((_, nth) => [nth % 2 === 0 ? '127.0.0.1' : '127.0.0.2'])
    const outbound = createOutbound({ allow: () => [`127.0.0.1:${receiver.port}`], ownPorts: () => [], lookup })
    const url = `http://rebind.example.com:${receiver.port}/`
    for (let round = 0; round < 5; round++) {
      assert.equal((await outbound.request({ method: 'POST', url, body: 'x' })).status, 200)
      await assert.rejects(outbound.request({ method: 'POST', url, body: 'x' }), { kind: 'blocked' })
    }
    assert.deepEqual([receiver.received.length, canary.received.length, asked.length], [5, 0, 10])
    assert.equal(receiver.received[0]!.headers.host, `rebind.example.com:${receiver.port}`)
  })

  test('of a name with good and bad addresses only the good are dialled', async () => {
    const receiver = await hook()
    const canary = await hook({ host: '127.0.0.2', port: receiver.port })
    const { lookup } = await nameServer(() => ['127.0.0.2', '169.254.169.254', '127.0.0.1'])
    const outbound = createOutbound({ allow: () => ['127.0.0.1'], ownPorts: () => [], lookup })
    const url = `http://mixed.example.com:${receiver.port}/`
    assert.equal((await outbound.request({ method: 'GET', url })).status, 200)
    assert.equal(await outbound.resolve('mixed.example.com', 25), '127.0.0.1')
    assert.deepEqual([receiver.received.length, canary.received.length], [1, 0])
  })
})

describe('outbound_allow', () => {
  const reaches = async (allow: string[], host = '127.0.0.1', ownPorts: number[] = []) => {
    const receiver = await hook()
    const entries = allow.map((entry) => entry.replace('%p', String(receiver.port)))
    const { lookup } = await nameServer(() => ['127.0.0.1'])
    const outbound = createOutbound({
      allow: () => entries,
      ownPorts: () => ownPorts.map((port) => (port === 0 ? receiver.port : port)),
      lookup,
    })
    const url = `http://${host}:${receiver.port}/`
    return outbound.request({ method: 'GET', url }).then(
      () => true,
      (error: OutboundError) => {
        assert.equal(error.kind, 'blocked')
        return false
      },
    )
  }

  const cases: [allow: string[], host: string, reached: boolean][] = [
    [['127.0.0.1:%p'], '127.0.0.1', true],
    [['127.0.0.1:9'], '127.0.0.1', false],
    [['127.0.0.0/8'], '127.0.0.1', true],
    [['10.0.0.0/8', '127.0.0.2'], '127.0.0.1', false],
    [['127.0.0.1'], 'hooks.internal', true],
    [['hooks.internal:%p'], 'hooks.internal', true],
    [['HOOKS.internal:%p'], 'hooks.internal.', true],
    [['hooks.internal:9'], 'hooks.internal', false],
    [['hooks.internal:%p'], 'other.internal', false],
    [['hooks.internal:%p'], '127.0.0.1', false],
  ]
  for (const [allow, host, expected] of cases) {
    test(`${allow.join(', ').replace('%p', 'its port')} ${expected ? 'opens' : 'does not open'} ${host}`, async () => {
      assert.equal(await reaches(allow, host), expected)
    })
  }

  test('never opens the port of Miktos itself', async () => {
    assert.equal(await reaches(['127.0.0.0/8', '127.0.0.1:%p'], '127.0.0.1', [0]), false)
  })
})

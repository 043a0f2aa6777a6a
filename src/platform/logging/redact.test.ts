import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { maskSecrets, redactText, redactValue } from './redact.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEowIBAAKCAQEA', 'PLANTED', '-----END RSA PRIVATE KEY-----'].join(
  '\n',
)

describe('redactText', () => {
  const planted: [text: string, expected: string][] = [
    [`Authorization: Bearer ${jwt}`, 'Authorization: Bearer ‹redacted:token›'],
    ['got bearer abc123def456', 'got bearer ‹redacted:token›'],
    [`Basic ${Buffer.from('ann:planted').toString('base64')} sent`, 'Basic ‹redacted:password› sent'],
    [`cookie was ${jwt}; path`, 'cookie was ‹redacted:token›; path'],
    ['key mk_live0123456789abcdef used', 'key ‹redacted:api-key› used'],
    ['(mr_0123456789abcdef)', '(‹redacted:refresh-token›)'],
    ['sk-ant-api03-abcdefghijklmnop', '‹redacted:api-key›'],
    [`x ghp_${'a1'.repeat(15)} y`, 'x ‹redacted:api-key› y'],
    ['AKIAIOSFODNN7EXAMPLE', '‹redacted:aws-key›'],
    [`before ${key} after`, 'before ‹redacted:private-key› after'],
    ['cut -----BEGIN PRIVATE KEY-----\nabc', 'cut ‹redacted:private-key›'],
    ['postgres://user:p@ss:w@h:5432/d', 'postgres://user:‹redacted:password›@h:5432/d'],
    ['redis://:pw@h', 'redis://:‹redacted:password›@h'],
    ['write to ann.o+x@mail.example.org now', 'write to ‹redacted:email› now'],
    ['jörg@müller.example', '‹redacted:email›'],
    ['card 4111 1111 1111 1111.', 'card ‹redacted:card›.'],
    ['5500-0000-0000-0004', '‹redacted:card›'],
    ['GET /x?token=abc&limit=5', 'GET /x?token=‹redacted:secret›&limit=5'],
    ['db_password=hunter2, next', 'db_password=‹redacted:secret›, next'],
    ['{"refresh_token": "abc", "n": 1}', '{"refresh_token": ‹redacted:secret›, "n": 1}'],
    ['password: hunter2', 'password: ‹redacted:secret›'],
  ]
  for (const [text, expected] of planted) {
    it(`takes it out of ${JSON.stringify(text).slice(0, 60)}`, () => assert.equal(redactText(text), expected))
  }

  const harmless = [
    'Basic configuration was read',
    'Bearer authentication is required',
    'password: must be at least long enough',
    'Invalid token: expired',
    'at 1769846400123 it took 4111111111111112 ns',
    'node_modules/pino@10.4.0/lib/tools.js:12:5',
    '0198c1f2-7d3a-7c44-9d55-aabbccddeeff',
    'http://127.0.0.1:8000/health?limit=5',
    'max_tokens=2000 and tokens used: 12',
    'desk-lamp-in-the-corner-of-the-room',
  ]
  for (const text of harmless) it(`leaves ${JSON.stringify(text)}`, () => assert.equal(redactText(text), text))

  it('finishes soon on text made to be slow', () => {
    const hostile = [
      'a'.repeat(200_000),
      'token:'.repeat(40_000),
      'secret="'.repeat(30_000),
      'a.'.repeat(100_000),
      '-eyJaaaaaaaa'.repeat(5_000),
      '4 '.repeat(100_000),
      'x@'.repeat(100_000),
      '://a:'.repeat(40_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
    ]
    for (const text of hostile) {
      const startedMs = performance.now()
      redactText(text)
      const tookMs = performance.now() - startedMs
      assert.ok(tookMs < 2_000, `${text.slice(0, 20)} took ${tookMs} ms`)
    }
  })
})

describe('redactValue', () => {
  it('hides by the name of the key, at any depth, however it is written', () => {
    const names = [
      'password',
      'newPassword',
      'DB-PASSWORD',
      'token',
      'accessToken',
      'refresh_token',
      'X-Api-Key',
      'apiKey',
      'secret',
      'clientSecret',
      'Authorization',
      'Cookie',
      'Set-Cookie',
      'otp',
      'private_key',
      'recovery_codes',
      'password_hash',
      'pass',
    ]
    for (const name of names) {
      const text = JSON.stringify(redactValue({ a: [{ b: { c: { [name]: 'PLANTED' } } }] }))
      assert.doesNotMatch(text, /PLANTED/, name)
      assert.match(text, /‹redacted:/, name)
    }
    assert.deepEqual(redactValue({ otp: 123456, cookies: { a: 'PLANTED' }, 'set-cookie': ['PLANTED'] }), {
      otp: '‹redacted:otp›',
      cookies: '‹redacted:cookie›',
      'set-cookie': '‹redacted:cookie›',
    })
  })

  it('leaves what only sounds secret', () => {
    const value = {
      max_tokens: 5,
      tokens: 7,
      token_type: 'x',
      password_min_length: 8,
      password: null,
      secret: true,
      per_token: 0.1,
      code: 'X',
      key: 'a',
    }
    assert.deepEqual(redactValue(value), value)
  })

  it('finds secrets inside text, keys and numbers', () => {
    assert.deepEqual(redactValue({ note: [`see ${jwt}`], 'ann@example.org': 1, n: 4111111111111111 }), {
      note: ['see ‹redacted:token›'],
      '‹redacted:email›': 1,
      n: '‹redacted:card›',
    })
  })

  it('takes cycles, maps, sets, dates, bytes, bigints and errors', () => {
    const cycle: Record<string, unknown> = { name: 'a' }
    cycle.self = cycle
    const shared = { x: 1 }
    assert.deepEqual(redactValue({ cycle, both: [shared, shared] }), {
      cycle: { name: 'a', self: '‹cycle›' },
      both: [{ x: 1 }, { x: 1 }],
    })
    assert.deepEqual(
      redactValue([new Map([['token', 'x']]), new Set([1]), new Date(0), Buffer.from('abc'), 5n, undefined]),
      [{ token: '‹redacted:token›' }, [1], '1970-01-01T00:00:00.000Z', '‹3 bytes›', '5', undefined],
    )
    const described = redactValue(
      new TypeError('for ann@example.org', { cause: new Error('password=PLANTED') }),
    ) as Record<string, unknown>
    assert.equal(described.type, 'TypeError')
    assert.equal(described.message, 'for ‹redacted:email›')
    assert.doesNotMatch(JSON.stringify(described), /PLANTED|ann@/)
  })

  it('does not touch the prototype of its result', () => {
    const result = redactValue(JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>
    assert.equal(result.polluted, undefined)
    assert.equal(Object.getPrototypeOf(result), Object.prototype)
  })

  it('bounds depth, breadth and length, and says so', () => {
    let deep: unknown = 'end'
    for (let level = 0; level < 50; level++) deep = { deep }
    assert.match(JSON.stringify(redactValue(deep)), /too deep/)
    const wide = redactValue(Array.from({ length: 1_000 }, (_, index) => index)) as unknown[]
    assert.equal(wide.at(-1), '‹800 more›')
    const bush = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 'x'))
    assert.ok(JSON.stringify(redactValue(bush)).length < 40_000)
    assert.match(String(redactValue('x'.repeat(20_000))), /x‹3616 more characters›$/)
  })

  it('recognises a secret that the cut would sever', () => {
    const text = String(redactValue(`${'x '.repeat(8_180)}${jwt} ${'y '.repeat(5_000)}`))
    assert.doesNotMatch(text, /eyJ/)
  })
})

describe('maskSecrets', () => {
  it('leaves e-mail addresses readable and takes secrets out, by key and by pattern', () => {
    assert.deepEqual(
      maskSecrets({ email: 'ann@example.org', password: 'hunter2', note: `Bearer ${jwt}`, url: 'redis://:pw@h' }),
      {
        email: 'ann@example.org',
        password: '‹redacted:password›',
        note: 'Bearer ‹redacted:token›',
        url: 'redis://:‹redacted:password›@h',
      },
    )
  })
})

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'

const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString())

/** Tokens that somebody without the key could make out of a genuine one. */
function forgeries(token: string, nowSeconds: number): [name: string, token: string][] {
  const [head, body, signature] = token.split('.') as [string, string, string]
  const [header, claims] = [decode(head), decode(body)]
  const unsigned = (alg: string): [string, string] => [`alg ${alg}`, `${encode({ ...header, alg })}.${body}.`]
  const withKey = (
    name: string,
    changedHeader: object,
    changedClaims: object,
    key: string | Buffer,
    hash = 'sha256',
  ): [string, string] => {
    const signed = `${encode({ ...header, ...changedHeader })}.${encode({ ...claims, ...changedClaims })}`
    return [name, `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`]
  }
  const keys = [
    '',
    ' ',
    'miktos',
    'secret',
    'your-secret-key-here',
    '0'.repeat(32),
    Buffer.alloc(32),
    signature,
    'access-token',
  ]
  return [
    ...[
      'none',
      'None',
      'NONE',
      'nOnE',
      'HS256 ',
      ' none',
      'HS384',
      'HS512',
      'RS256',
      'ES256',
      'EdDSA',
      'PS256',
      'dir',
      '',
    ].map(unsigned),
    ...keys.map((key, index) => withKey(`guessed key ${index}`, {}, {}, key)),
    ...['../../dev/null', "' or 1=1 --", '/etc/passwd', '0', 'key-1', 'http://127.0.0.1/key'].map((kid) =>
      withKey(`kid ${kid}`, { kid }, {}, Buffer.alloc(0)),
    ),
    withKey('embedded jwk', { jwk: { kty: 'oct', k: encode('attacker') } }, {}, 'attacker'),
    withKey('jku', { jku: 'http://127.0.0.1:9/keys' }, {}, 'attacker'),
    withKey('x5u', { x5u: 'http://127.0.0.1:9/cert' }, {}, 'attacker'),
    withKey('x5c', { x5c: ['AAAA'] }, {}, 'attacker'),
    withKey('crit', { crit: ['exp'] }, {}, 'attacker'),
    withKey('HS512 with the empty key', { alg: 'HS512' }, {}, '', 'sha512'),
    ['no signature', `${head}.${body}`],
    ['empty signature', `${head}.${body}.`],
    ['cut signature', `${head}.${body}.${signature.slice(0, 20)}`],
    ['longer signature', `${head}.${body}.${signature}AA`],
    ['another signature', `${head}.${body}.${encode('x'.repeat(32))}`],
    ['a fourth part', `${head}.${body}.${signature}.${signature}`],
    ['five parts', `${head}..${body}.${signature}.x`],
    ...['sub', 'sid', 'exp', 'iat', 'aud', 'iss'].map((claim): [string, string] => [
      `altered ${claim}`,
      `${head}.${encode({ ...claims, [claim]: claim === 'exp' ? nowSeconds + 1e6 : 'x' })}.${signature}`,
    ]),
    ['header twice', `${encode('{"alg":"none","alg":"HS256","typ":"at+jwt"}')}.${body}.${signature}`],
    ['other type', `${encode({ ...header, typ: 'JWT' })}.${body}.${signature}`],
    ['null', 'null'],
    ['dots', '..'],
    ['JSON', encode({ sub: claims['sub'] })],
    ['refresh token', `mr_${String(claims['sid'])}.1.${'A'.repeat(43)}`],
    ['API key', `mk_abcdefgh_${'A'.repeat(43)}`],
    ['local token', `local_${'A'.repeat(43)}`],
    ['no base64', `${head}.${body}.%%%%`],
    ['large', `${head}.${'A'.repeat(8_000)}.${signature}`],
    ['prototype', `${encode({ ...header, __proto__: { alg: 'none' } })}.${body}.`],
  ]
}

const acceptedBy = async ({ as }: TestApp, token: string): Promise<number> =>
  (await as(token)('GET', '/api/v1/me')).statusCode

describe('access tokens', () => {
  test('of more than 50 forgeries made from a genuine token none is accepted and none is a failure of ours', async () => {
    const app = await startApp()
    const list = forgeries(app.adminToken, Math.floor(app.clock.now() / 1000))
    assert.ok(list.length > 50)
    for (const [name, token] of list) assert.equal(await acceptedBy(app, token), 401, name)
    assert.equal(await acceptedBy(app, app.adminToken), 200)
  })

  test('a refresh token opens nothing but its own endpoint', async () => {
    const app = await startApp()
    const { refreshToken } = await app.user('admin')
    assert.equal(await acceptedBy(app, refreshToken), 401)
  })

  test('a token of another installation is refused', async () => {
    const [one, other] = [await startApp(), await startApp()]
    assert.equal(await acceptedBy(other, one.adminToken), 401)
  })
})

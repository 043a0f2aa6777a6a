import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hook, type HookAnswer } from '../../../../test/support/hook.ts'
import { channelIo as io, notificationOf } from '../../../../test/support/notification.ts'
import { freePort } from '../../../../test/support/port.ts'
import { answerOf, detailOf } from './answer.ts'
import { WebhookConfig } from './webhook/config.ts'
import { webhook } from './webhook/webhook.ts'

const secret = 'https://example.com/services/T000/B000/very-secret'

/** What a channel makes of what the other side does, over a real connection. */
async function told(answer: HookAnswer) {
  const receiver = await hook()
  receiver.answer(answer)
  const config = WebhookConfig.parse({ url: `${receiver.url}/hook` })
  return { receiver, answer: await webhook.send(config, notificationOf(), io) }
}

describe('What the other side answers', () => {
  const cases: [status: number, outcome: string][] = [
    [200, 'sent'],
    [201, 'sent'],
    [202, 'sent'],
    [204, 'sent'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'retry'],
    [410, 'gone'],
    [413, 'refused'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [301, 'refused'],
    [302, 'refused'],
    [307, 'refused'],
    [308, 'refused'],
  ]
  for (const [status, outcome] of cases) {
    test(`${status}: ${outcome}`, async () => {
      const { answer } = await told({ status, headers: { location: 'http://127.0.0.1:1/' } })
      assert.deepEqual([answer.outcome, answer.status], [outcome, status])
    })
  }

  test('comes back in its own words', async () => {
    const { answer } = await told({ status: 400, body: 'invalid_blocks:\n missing text' })
    assert.equal(answer.detail, 'invalid_blocks: missing text')
  })

  test('is to be waited for as long as it says', async () => {
    const { answer } = await told({ status: 429, headers: { 'retry-after': '30' } })
    assert.equal(answer.retryAfterMs, 30_000)
  })
})

describe('What never answers', () => {
  const failures: Record<string, HookAnswer> = {
    'hangs up': (response) => response.destroy(),
    'resets the connection': (response) => response.socket?.resetAndDestroy(),
    'ends within the body': (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
    },
  }
  for (const [what, answer] of Object.entries(failures)) {
    test(`${what}: retry, for it may have been heard`, async () => {
      const { answer: made, receiver } = await told(answer)
      assert.deepEqual([made.outcome, made.status, receiver.received.length], ['retry', null, 1])
    })
  }

  test('refuses the connection: retry', async () => {
    const config = WebhookConfig.parse({ url: `http://127.0.0.1:${await freePort()}/secret-path` })
    const answer = await webhook.send(config, notificationOf(), io)
    assert.deepEqual([answer.outcome, answer.status], ['retry', null])
    assert.doesNotMatch(answer.detail, /secret-path/)
  })

  test('may not be called: refused', async () => {
    const config = WebhookConfig.parse({ url: 'http://169.254.169.254/latest/meta-data/' })
    assert.equal((await webhook.send(config, notificationOf(), io)).outcome, 'refused')
  })
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 31, 8)
  const waitFor = (header: string, status = 503) =>
    answerOf({ status, headers: { 'retry-after': header }, body: Buffer.alloc(0) }, [], now).retryAfterMs

  test('is seconds or a date, from now to a day', () => {
    assert.equal(waitFor('120'), 120_000)
    assert.equal(waitFor('0'), 0)
    assert.equal(waitFor('Sat, 31 Jan 2026 08:05:00 GMT'), 300_000)
    assert.equal(waitFor('Sat, 31 Jan 2026 07:00:00 GMT'), 0)
    assert.equal(waitFor('99999999999'), 86_400_000)
    assert.equal(waitFor('soon'), undefined)
    assert.equal(waitFor('-5e3x'), undefined)
  })

  test('says nothing where there is nothing to repeat', () => {
    assert.equal(waitFor('120', 200), undefined)
    assert.equal(waitFor('120', 404), undefined)
  })
})

describe('Words of the other side', () => {
  test('never repeat what was told in confidence', () => {
    const words = `no route for /services/T000/B000/very-secret; got whsec_abc and ${secret}`
    assert.equal(detailOf(words, [secret, 'whsec_abc', undefined]), 'no route for ‹secret›; got ‹secret› and ‹secret›')
  })

  test('are one line of at most 1 KiB', () => {
    for (const text of [
      'a\r\nb\u0000\u001b[2Jc\u2028d',
      'x'.repeat(1e6),
      '€'.repeat(1e5),
      '👩🏽‍🚀'.repeat(1e4),
      '\ud800',
      '',
    ]) {
      const line = detailOf(text, [])
      assert.ok(Buffer.byteLength(line) <= 1_024)
      assert.ok(line.isWellFormed())
      assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}]/u)
    }
  })
})

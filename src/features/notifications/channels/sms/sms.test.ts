import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hook } from '../../../../../test/support/hook.ts'
import {
  alertOf,
  channelIo as io,
  hostileNotification,
  hostileTexts,
  notificationOf,
} from '../../../../../test/support/notification.ts'
import { SmsConfig } from './config.ts'
import { cutGsm, gsmLength, smsLengthMax, toGsm } from './gsm.ts'
import { smsText } from './message.ts'
import { sms } from './sms.ts'

const account = { account_sid: `AC${'0'.repeat(32)}`, auth_token: '0123456789abcdef0123456789abcdef' }
const configFor = (base_url: string, more: object = {}) =>
  SmsConfig.parse({ ...account, from: '+15005550006', to: '+4915112345678', base_url, ...more })

test('a message is a form with a login, as Twilio documents it', async () => {
  const receiver = await hook()
  receiver.answer({ status: 201, body: '{"sid":"SM1","status":"queued"}' })
  const answer = await sms.send(configFor(`${receiver.url}/`), notificationOf(), io)
  assert.deepEqual([answer.outcome, answer.status], ['sent', 201])
  const [{ method, path, headers, body } = assert.fail()] = receiver.received
  assert.deepEqual([method, path], ['POST', `/2010-04-01/Accounts/${account.account_sid}/Messages.json`])
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(
    Buffer.from(headers.authorization!.replace('Basic ', ''), 'base64').toString(),
    `${account.account_sid}:${account.auth_token}`,
  )
  assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
    To: '+4915112345678',
    From: '+15005550006',
    Body: '[FIRING:1] DiskFull: The disk of gpu-1 is full https://miktos.example.org/alerts/a1',
  })
})

test('a messaging service sends where one is named', async () => {
  const receiver = await hook()
  const from = `MG${'a'.repeat(32)}`
  await sms.send(configFor(receiver.url, { from }), notificationOf(), io)
  const form = new URLSearchParams(receiver.received[0]!.body)
  assert.deepEqual([form.get('MessagingServiceSid'), form.get('From')], [from, null])
})

test('what Twilio says comes back, without the token', async () => {
  const receiver = await hook()
  receiver.answer({ status: 400, body: `{"code":21211,"message":"Invalid 'To' number ${account.auth_token}"}` })
  const answer = await sms.send(configFor(receiver.url), notificationOf(), io)
  assert.equal(answer.outcome, 'refused')
  assert.match(answer.detail, /21211/)
  assert.doesNotMatch(answer.detail, new RegExp(account.auth_token))
})

describe('The text', () => {
  test('is one SMS, whatever stands in it, and keeps its link', () => {
    for (const text of hostileTexts) {
      const written = smsText(hostileNotification(text))
      assert.ok(gsmLength(written) <= smsLengthMax, written)
      assert.match(written, /^\[FIRING:1\] /)
      assert.match(written, / https:\/\/miktos\.example\.org/)
      assert.doesNotMatch(written, /[\r\n]/)
    }
  })

  test('leaves a link out that would leave no room', () => {
    const url = `https://miktos.example.org/${'x'.repeat(100)}`
    const written = smsText(notificationOf({ externalUrl: url, alerts: [alertOf({ url })] }))
    assert.equal(written, '[FIRING:1] DiskFull: The disk of gpu-1 is full')
  })

  test('says the same of itself in a test', () => {
    assert.match(smsText(notificationOf({ test: true })), /^\[TEST\] \[FIRING:1\]/)
  })
})

describe('The alphabet of GSM 03.38', () => {
  test('counts its second table twice, and knows nothing else', () => {
    assert.equal(gsmLength('aÄ@£ Ω'), 6)
    assert.equal(gsmLength('[€]'), 6)
    assert.equal(gsmLength('ç'), Infinity)
    assert.equal(gsmLength('x'.repeat(160)), 160)
  })

  test('takes what it lacks without its accents, or as a question mark', () => {
    assert.equal(toGsm('Łódź – “naïve” façade… 漢 👩🏽‍🚀'), '?odz - "naive" facade... ? ????')
    assert.equal(toGsm('äöüÄÖÜß éèìòùà ñ Ç'), 'äöüÄÖÜß éèìòùà ñ Ç')
  })

  test('is cut at places, not at characters', () => {
    assert.equal(cutGsm('abcdef', 6), 'abcdef')
    assert.equal(cutGsm('abcdefg', 6), 'abc...')
    assert.ok(gsmLength(cutGsm('€'.repeat(100), 160)) <= 160)
  })
})

describe('Its settings', () => {
  const bad: [string, object][] = [
    ['a number without country', { to: '015112345678' }],
    ['letters for a number', { to: '+49151CALLME' }],
    ['another kind of id', { account_sid: `SM${'0'.repeat(32)}` }],
    ['a path in the id', { account_sid: `AC${'0'.repeat(30)}/..` }],
    ['a token with a line break', { auth_token: 'a\r\nb' }],
  ]
  for (const [what, change] of bad) {
    test(`do not take ${what}`, () =>
      assert.equal(
        SmsConfig.safeParse({ ...account, from: '+15005550006', to: '+4915112345678', ...change }).success,
        false,
      ))
  }
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { channelFields, configFrom, writtenIn } from './channelFields.ts'

const values = (written: Record<string, string>) => ({ text: (name: string) => written[name] ?? '' })
const none = new Set<string>()

describe('the configuration of a channel', () => {
  it('leaves secrets out that were left empty, so that they stay', () => {
    const given = values({ 'config.url': '', 'config.format': 'cloudevents' })
    assert.deepEqual(configFrom('webhook', given, none), { format: 'cloudevents' })
  })
  it('takes secrets away that were taken away', () => {
    const given = values({ 'config.url': 'https://example.com', 'config.format': 'alertmanager' })
    assert.deepEqual(configFrom('webhook', given, new Set(['signing_secret'])), {
      url: 'https://example.com',
      format: 'alertmanager',
      signing_secret: null,
    })
  })
  it('has numbers and lists where they belong', () => {
    const given = values({
      'config.host': 'mail.example.com',
      'config.port': '25',
      'config.security': 'none',
      'config.from': 'a@example.com',
      'config.to': 'b@example.com, c@example.com',
    })
    assert.deepEqual(configFrom('email', given, none), {
      host: 'mail.example.com',
      port: 25,
      security: 'none',
      from: 'a@example.com',
      to: ['b@example.com', 'c@example.com'],
    })
  })
  it('stands in its fields as it is written there', () => {
    const to = channelFields.email.find(({ name }) => name === 'to')!
    assert.equal(writtenIn({ config: { to: ['a@example.com', 'b@example.com'] } }, to), 'a@example.com, b@example.com')
    assert.equal(writtenIn({ config: {} }, to), '')
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hook } from '../../../../../test/support/hook.ts'
import {
  alertOf,
  channelIo as io,
  hostileNotification,
  hostileTexts,
  notificationOf,
} from '../../../../../test/support/notification.ts'
import { slackMessage } from './blocks.ts'
import { SlackConfig } from './config.ts'
import { slack } from './slack.ts'

interface Block {
  type: string
  text?: { type: string; text: string; verbatim?: boolean }
  elements?: { type: string; text: string }[]
}

const blocksOf = (message: { blocks: object[] }): Block[] => message.blocks as Block[]
const textsOf = (message: { text: string; blocks: object[] }): string[] => [
  message.text,
  ...blocksOf(message).flatMap(({ text, elements = [] }) =>
    [...(text ? [text] : []), ...elements].map((one) => one.text),
  ),
]

test('a message has a heading, a section for each alert, and a foot', async () => {
  const receiver = await hook()
  const config = SlackConfig.parse({ url: `${receiver.url}/services/T/B/x` })
  const answer = await slack.send(config, notificationOf({ alerts: [alertOf(), alertOf({ name: 'Other' })] }), io)
  assert.deepEqual([answer.outcome, answer.detail], ['sent', 'ok'])
  const [{ path, body } = assert.fail()] = receiver.received
  assert.equal(path, '/services/T/B/x')
  const message = JSON.parse(body)
  assert.equal(message.text, '[FIRING:2] DiskFull, Other')
  assert.deepEqual(
    blocksOf(message).map(({ type }) => type),
    ['header', 'section', 'section', 'context'],
  )
  assert.match(
    blocksOf(message)[1]!.text!.text,
    /\*critical\* <https:\/\/miktos\.example\.org\/alerts\/a1\|DiskFull>\nThe disk/,
  )
})

test('nothing in the text of others calls anybody, links anywhere or breaks a limit', () => {
  for (const text of hostileTexts) {
    const message = slackMessage(hostileNotification(text))
    for (const one of textsOf(message)) {
      // All that is left of Slack's own signs are the links that were put there.
      const signs = one.replace(/<https:\/\/miktos\.example\.org[^<>|]*\|[^<>]*>/g, '')
      assert.doesNotMatch(signs, /[<>]/)
      assert.doesNotMatch(signs.replace(/&(amp|lt|gt);/g, ''), /&/)
      assert.ok(one.length <= 3_000 && one.isWellFormed())
    }
    for (const { text: written } of blocksOf(message))
      if (written?.type === 'mrkdwn') assert.equal(written.verbatim, true)
    assert.ok(blocksOf(message)[0]!.text!.text.length <= 150)
  }
})

test('of very many alerts 48 are told and the others counted', () => {
  const alerts = Array.from({ length: 200 }, () => alertOf({ annotations: { summary: '&'.repeat(4_000) } }))
  const message = slackMessage(notificationOf({ alerts, truncatedAlerts: 10 }))
  assert.equal(message.blocks.length, 50)
  assert.match(blocksOf(message)[49]!.elements![0]!.text, /162 more alerts/)
  assert.ok(textsOf(message).every((text) => text.length <= 3_000))
})

test('the address is secret, also where the other side repeats it', async () => {
  const receiver = await hook()
  receiver.answer({ status: 404, body: 'no_service for /services/T000/B000/secret' })
  const config = SlackConfig.parse({ url: `${receiver.url}/services/T000/B000/secret` })
  const answer = await slack.send(config, notificationOf(), io)
  assert.deepEqual([answer.outcome, answer.detail], ['refused', 'no_service for ‹secret›'])
  assert.equal(slack.target(config), `${receiver.url}/…`)
})

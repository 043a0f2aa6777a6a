import type { ChannelKind } from './channel.ts'
import { channelKinds } from './contract.ts'
import { email } from './email/email.ts'
import { pagerduty } from './pagerduty/pagerduty.ts'
import { slack } from './slack/slack.ts'
import { sms } from './sms/sms.ts'
import { webhook } from './webhook/webhook.ts'

export type Kind = (typeof channelKinds)[number]

/** Every way to reach somebody, one line each. */
const kinds: Record<Kind, ChannelKind> = { email, slack, sms, webhook, pagerduty }

/** @throws TypeError for a kind that this version does not know: the row was written by another one */
export function kindOf(kind: string): ChannelKind {
  const known = channelKinds.find((one) => one === kind)
  if (known === undefined) throw new TypeError(`There is no kind of channel "${kind}"`)
  return kinds[known]
}

import { minuteMs, secondMs } from '#kernel/time.ts'
import { LeaseLost, type Lease } from '#platform/jobs/lease.ts'
import type { Platform } from '#platform/platform.ts'
import type { Answer } from '../channels/channel.ts'
import type { OpenChannel } from '../channels/send.ts'
import type { Notification } from '../notification.ts'
import { claim, giveUpFor, record, type Attempted, type Claim } from './attempt.ts'
import type { DeliveryState } from './contract.ts'
import { channelsDue, deliveriesDue, nextDueAt } from './due.ts'
import type { DeliveryRow } from './store.ts'

export interface SenderOptions {
  platform: Platform
  lease: Pick<Lease, 'held' | 'fence'>
  /** Undefined where the channel was deleted or switched off. */
  open: (channelId: string) => Promise<OpenChannel | undefined>
  onAttempt: (delivery: DeliveryRow, answer: Answer, state: DeliveryState) => void
}

/** Groups that one channel is told of at the same time. */
const atOnceMax = 4

/**
 * Sends what is due: of one channel a few at once, of one group one after the other, and channels without regard to
 * each other, so that a slow one delays nobody else.
 */
export interface Sender {
  /** Begins to send all that may be sent now. @returns when to ask again; null when nothing waits */
  sendDue(): Promise<number | null>
  /** Resolves when nothing is on its way any more; nothing new is begun. */
  stop(): Promise<void>
}

export function createSender(options: SenderOptions): Sender {
  const { platform, lease } = options
  const { database } = platform
  const log = platform.log.child({ component: 'notifications' })
  const onTheirWay = new Map<string, { channelId: string; done: Promise<void> }>()
  const waitingUntil = new Map<string, number>()
  let isStopping = false

  const busy = (channelId: string): number =>
    [...onTheirWay.values()].filter((sending) => sending.channelId === channelId).length

  const begin = (channel: OpenChannel, delivery: DeliveryRow): void => {
    const done = sendOne(options, channel, delivery)
      .catch((error: unknown) => {
        if (!(error instanceof LeaseLost))
          log.error({ err: error, delivery: delivery.id }, 'a delivery could not be written down')
      })
      .finally(() => onTheirWay.delete(delivery.id))
    onTheirWay.set(delivery.id, { channelId: delivery.channel_id, done })
  }

  const sendOver = async (channelId: string): Promise<void> => {
    const now = platform.now()
    if ((waitingUntil.get(channelId) ?? 0) > now) return
    const free = atOnceMax - busy(channelId)
    if (free <= 0) return
    const channel = await options.open(channelId)
    if (!channel) return giveUpFor(platform, channelId, 'The channel was switched off or deleted')
    const due = await deliveriesDue(database.read, channelId, now, atOnceMax + free)
    for (const delivery of due.filter(({ id }) => !onTheirWay.has(id)).slice(0, free)) {
      const { allowed, resetMs } = await platform.limits.consume(
        'notifications',
        channelId,
        channel.perMinuteMax,
        minuteMs,
      )
      if (!allowed) return void waitingUntil.set(channelId, now + Math.max(resetMs, secondMs))
      if (isStopping || !lease.held) return
      begin(channel, delivery)
    }
  }

  return {
    sendDue: async () => {
      if (isStopping || !lease.held) return null
      const channels = await channelsDue(database.read, platform.now())
      // One that cannot be used is no reason not to use the others.
      for (const outcome of await Promise.allSettled(channels.map(sendOver)))
        if (outcome.status === 'rejected') log.error({ err: outcome.reason as unknown }, 'a channel could not be used')
      return nextDueAt(database.read, platform.now())
    },
    stop: async () => {
      isStopping = true
      await Promise.all([...onTheirWay.values()].map(({ done }) => done))
    },
  }
}

async function sendOne(
  { platform, lease, onAttempt }: SenderOptions,
  channel: OpenChannel,
  delivery: DeliveryRow,
): Promise<void> {
  const claimed = await claim(platform, lease, delivery)
  if (!claimed) return
  const attempted = await attempt(platform, channel, claimed)
  const state = await recordAtLast(platform, lease, attempted)
  onAttempt(delivery, attempted.answer, state)
}

async function attempt({ now }: Platform, channel: OpenChannel, claimed: Claim): Promise<Attempted> {
  const at = now()
  const startedAt = performance.now()
  const notification = JSON.parse(claimed.delivery.notification_json) as Notification
  const answer = await channel.send(notification).catch(ownFault)
  return { claim: claimed, answer, at, durationMs: performance.now() - startedAt }
}

/** A channel that cannot even be tried, as when its secrets do not open: perhaps it is mended meanwhile. */
const ownFault = (error: unknown): Answer => ({
  outcome: 'retry',
  status: null,
  detail: error instanceof Error ? error.message.slice(0, 1_000) : 'The channel could not be tried',
})

const recordEveryMs = secondMs

/** What was sent has to be written down, or it would be sent again: as long as this server may, it tries. */
async function recordAtLast(
  platform: Platform,
  lease: Pick<Lease, 'held'>,
  attempted: Attempted,
): Promise<DeliveryState> {
  for (;;) {
    try {
      return await record(platform, attempted)
    } catch (error) {
      if (!lease.held) throw error
      platform.log.child({ component: 'notifications' }).warn({ err: error }, 'a delivery is written down later')
      await new Promise((resolve) => setTimeout(resolve, recordEveryMs))
    }
  }
}

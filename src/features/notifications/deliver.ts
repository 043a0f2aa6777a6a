import { Counter } from 'prom-client'
import { hourMs, minuteMs } from '#kernel/time.ts'
import type { HealthReport } from '#platform/health.ts'
import { stopEach } from '#platform/lifecycle.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { openChannel } from './channels/send.ts'
import { consoleUrl } from './consoleUrl.ts'
import { removeOldDeliveries } from './deliveries/retention.ts'
import { createDispatcher, type Dispatcher } from './pipeline/dispatcher.ts'

const topic = 'deliveries'

/** Decides what is told and sends it, as long as this server is the one that does; tells how that goes. */
export function startDelivery(platform: Platform): Stop {
  const { live, metrics, health, load } = platform
  live.declare(topic, { access: 'alerts:read', shared: true })
  const told = new Counter({
    name: 'miktos_alert_notifications_total',
    help: 'Attempts to tell a channel of alerts, by how they ended',
    labelNames: ['channel', 'outcome'],
    registers: [metrics.registry],
  })
  const dispatcher = createDispatcher({
    platform,
    externalUrl: consoleUrl(platform.config),
    open: (channelId) => openChannel(platform, channelId),
    onAttempt: ({ id, channel_id, channel_name }, { outcome }, state) => {
      told.inc({ channel: channel_name, outcome })
      live.publish(topic, { delivery_id: id, channel_id, state })
    },
  })
  health.register('notifications', () => healthOf(platform, dispatcher))
  return stopEach([
    dispatcher.start(),
    load.add('queue_size', () => countOf(platform, 'waiting')),
    startRetention(platform),
  ])
}

async function healthOf(
  platform: Platform,
  dispatcher: Dispatcher,
): Promise<Pick<HealthReport, 'status' | 'details' | 'figures'>> {
  const { held, failure } = dispatcher.state()
  const [waiting, dead] = await Promise.all([countOf(platform, 'waiting'), countOf(platform, 'dead')])
  const figures = { waiting, given_up: dead }
  if (failure !== null)
    return { status: 'degraded', details: 'What is told cannot be decided at present; the log says why', figures }
  const details = held ? `${waiting} messages wait to be sent` : 'Another server sends them'
  return { status: 'ok', details, figures }
}

async function countOf({ database }: Platform, state: 'waiting' | 'dead'): Promise<number> {
  const { count } = await database.read
    .selectFrom('notification_deliveries')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return Number(count)
}

function startRetention(platform: Platform): Stop {
  const log = platform.log.child({ component: 'notifications' })
  const remove = (): void =>
    void removeOldDeliveries(platform).catch((error: unknown) =>
      log.warn({ err: error }, 'forgetting old deliveries failed'),
    )
  // Not in all servers of an installation at the same moment.
  const timers = [setInterval(remove, hourMs), setTimeout(remove, minuteMs * (1 + Math.random()))]
  return () => timers.forEach(clearTimeout)
}

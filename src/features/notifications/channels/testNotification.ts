import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import { consoleUrl } from '../consoleUrl.ts'
import type { Notification } from '../notification.ts'

/** A message that says of itself that it is a test, and of whom. */
export function testNotification(ctx: Context, receiver: string): Notification {
  const id = newId()
  const at = ctx.now()
  const externalUrl = consoleUrl(ctx.platform.config)
  const labels = { alertname: 'Test', severity: 'info' }
  const annotations = { summary: `${ctx.actor.label} tests the channel ${receiver}. Nothing is wrong.` }
  return {
    id,
    at,
    status: 'firing',
    groupKey: `test:${id}`,
    groupLabels: {},
    commonLabels: labels,
    commonAnnotations: annotations,
    alerts: [
      {
        id,
        fingerprint: `test:${id}`,
        name: 'Test',
        status: 'firing',
        severity: 'info',
        labels,
        annotations,
        startsAt: at,
        endsAt: null,
        acknowledgedBy: null,
        value: null,
        threshold: null,
        url: externalUrl,
        generatorUrl: externalUrl,
      },
    ],
    truncatedAlerts: 0,
    receiver,
    externalUrl,
    reason: 'test',
    test: true,
  }
}

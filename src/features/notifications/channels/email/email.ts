import { notReached } from '../answer.ts'
import type { ChannelKind } from '../channel.ts'
import { EmailConfig } from './config.ts'
import { mailIds, mailText } from './message.ts'

/** Mail by SMTP (RFC 5321), given to a server of one's own or of a provider. */
export const email: ChannelKind<typeof EmailConfig> = {
  kind: 'email',
  config: EmailConfig,
  secrets: ['password'],
  destination: ['host', 'port', 'security', 'certificate_authority'],
  target: ({ to, host }) => `${to[0]}${to.length > 1 ? ` and ${to.length - 1} more` : ''} by ${host}`,
  perMinuteMax: 60,
  send: async (config, notification, { outbound }) => {
    const resolved = await outbound.resolve(config.host, config.port).catch(notReached)
    if (typeof resolved !== 'string') return resolved
    const { messageId, thread } = mailIds(notification, config.from)
    // No List-Unsubscribe: who gets these mails is decided here, not by a link.
    const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }
    const { submit } = await import('./smtp.ts')
    return submit(config, resolved, {
      from: { name: 'Miktos', address: config.from },
      to: config.to.map((address) => ({ name: '', address })),
      date: new Date(notification.at),
      messageId,
      inReplyTo: thread,
      references: [thread],
      headers,
      ...mailText(notification),
    })
  },
}

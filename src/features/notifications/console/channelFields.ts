import type { Channel, ChannelKind } from './queries.ts'

/** One field of the form of a kind of channel; `name` is that of its configuration. */
export interface ChannelField {
  name: string
  label: string
  hint?: string
  type: 'text' | 'url' | 'secret' | 'number' | 'choice' | 'addresses' | 'area'
  options?: { value: string; label: string }[]
  /** What stands in it when a channel is made. */
  start?: string
  optional?: boolean
}

export const channelKinds = ['email', 'slack', 'webhook', 'pagerduty', 'sms'] as const satisfies readonly ChannelKind[]

export const channelKindWords: Record<ChannelKind, string> = {
  email: 'E-mail',
  slack: 'Slack',
  webhook: 'Webhook',
  pagerduty: 'PagerDuty',
  sms: 'SMS',
}

export const channelFields: Record<ChannelKind, ChannelField[]> = {
  email: [
    { name: 'host', label: 'Mail server (SMTP)', type: 'text' },
    { name: 'port', label: 'Port', type: 'number', start: '587' },
    {
      name: 'security',
      label: 'Encryption',
      type: 'choice',
      start: 'starttls',
      options: [
        { value: 'starttls', label: 'STARTTLS (usually port 587)' },
        { value: 'tls', label: 'TLS from the first byte (465)' },
        { value: 'none', label: 'none, for a server on this machine' },
      ],
    },
    { name: 'username', label: 'User name', type: 'text', optional: true },
    { name: 'password', label: 'Password', type: 'secret', optional: true },
    { name: 'from', label: 'From', hint: 'miktos@example.com', type: 'text' },
    { name: 'to', label: 'To', hint: 'Several with commas between', type: 'addresses' },
    {
      name: 'certificate_authority',
      label: 'Certificate authority',
      hint: 'PEM, where no public authority signed the certificate of the mail server',
      type: 'area',
      optional: true,
    },
  ],
  slack: [{ name: 'url', label: 'Incoming webhook', hint: 'https://hooks.slack.com/services/…', type: 'secret' }],
  webhook: [
    { name: 'url', label: 'Address', hint: 'https://example.com/hook', type: 'secret' },
    {
      name: 'format',
      label: 'Body',
      type: 'choice',
      start: 'alertmanager',
      options: [
        { value: 'alertmanager', label: 'Alertmanager webhook, version 4' },
        { value: 'cloudevents', label: 'CloudEvents 1.0' },
      ],
    },
    {
      name: 'signing_secret',
      label: 'Signing secret',
      hint: 'whsec_ and base64: requests are signed as Standard Webhooks says',
      type: 'secret',
      optional: true,
    },
    {
      name: 'authorization',
      label: 'Authorization header',
      hint: 'Sent as it is, such as Bearer …',
      type: 'secret',
      optional: true,
    },
  ],
  pagerduty: [
    { name: 'routing_key', label: 'Integration key', hint: '32 letters and digits', type: 'secret' },
    {
      name: 'base_url',
      label: 'Events API',
      hint: 'https://events.eu.pagerduty.com for accounts in the EU region',
      type: 'url',
      start: 'https://events.pagerduty.com',
    },
  ],
  sms: [
    { name: 'account_sid', label: 'Account SID', hint: 'AC and 32 digits', type: 'text' },
    { name: 'auth_token', label: 'Auth token', type: 'secret' },
    {
      name: 'from',
      label: 'From',
      hint: 'A number such as +15005550006, or the SID of a messaging service',
      type: 'text',
    },
    { name: 'to', label: 'To', hint: 'A number such as +4915112345678', type: 'text' },
    { name: 'base_url', label: 'API', hint: 'Twilio’s, or one like it', type: 'url', start: 'https://api.twilio.com' },
  ],
}

interface Given {
  text: (name: string) => string
}

/**
 * The configuration as it is sent. A secret that is left empty is left out: it stays as it is; `removed` ones are taken
 * away. What is optional and empty is left out too.
 */
export function configFrom(kind: ChannelKind, values: Given, removed: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    channelFields[kind].flatMap(({ name, type, optional = false }): [string, unknown][] => {
      const written = values.text(`config.${name}`).trim()
      if (removed.has(name)) return [[name, null]]
      if (written === '') return optional || type === 'secret' ? [] : [[name, type === 'addresses' ? [] : written]]
      if (type === 'number') return [[name, Number(written)]]
      if (type === 'addresses') return [[name, written.split(/[\s,;]+/).filter(Boolean)]]
      return [[name, written]]
    }),
  )
}

/** What stands in a field of a stored channel; secrets are never told. */
export function writtenIn({ config }: Pick<Channel, 'config'>, { name }: ChannelField): string {
  const value = config[name]
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? '' : String(value)
}

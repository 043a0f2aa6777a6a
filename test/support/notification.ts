import type { Notification, NotifiedAlert } from '../../src/features/notifications/notification.ts'
import { createOutbound } from '../../src/platform/outbound/client.ts'

/** What every channel is handed, where all of this machine may be called. */
export const channelIo = {
  outbound: createOutbound({ allow: () => ['127.0.0.0/8'], ownPorts: () => [] }),
  now: Date.now,
}

/** Text that means something to markup, headers, shells and terminals, or is just long. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '<!channel> <@U012AB3CD> <https://evil.example|click>',
  '@channel @here @everyone',
  'subject\r\nBcc: victim@example.com\r\n\r\nbody',
  'a\u0000b\u001b[31mred\u0007',
  '../../etc/passwd; $(reboot) `reboot` && reboot',
  '\' or 1=1 -- " \\ {{constructor}} ${7*7} %s %n',
  "=cmd|' /C calc'!A0",
  '\u202egnp.exe \u2028\u2029 ‏مشروع 👩🏽‍🚀',
  '\ud800 half',
  'x'.repeat(5_000),
  '€'.repeat(400),
]

export const alertOf = (given: Partial<NotifiedAlert> = {}): NotifiedAlert => ({
  id: 'a1',
  fingerprint: 'f1f1',
  name: 'DiskFull',
  status: 'firing',
  severity: 'critical',
  labels: { alertname: 'DiskFull', host: 'gpu-1', severity: 'critical' },
  annotations: { summary: 'The disk of gpu-1 is full' },
  startsAt: Date.UTC(2026, 0, 31, 8),
  endsAt: null,
  acknowledgedBy: null,
  value: 97.5,
  threshold: 90,
  url: 'https://miktos.example.org/alerts/a1',
  generatorUrl: 'https://miktos.example.org/metrics?q=disk',
  ...given,
})

export const notificationOf = (given: Partial<Notification> = {}): Notification => ({
  id: '018f0000-0000-7000-8000-000000000001',
  at: Date.UTC(2026, 0, 31, 8, 1),
  status: 'firing',
  groupKey: '{}:{alertname="DiskFull"}',
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: { alertname: 'DiskFull', host: 'gpu-1', severity: 'critical' },
  commonAnnotations: { summary: 'The disk of gpu-1 is full' },
  alerts: [alertOf()],
  truncatedAlerts: 0,
  receiver: 'Operations',
  externalUrl: 'https://miktos.example.org',
  reason: 'new alerts',
  test: false,
  ...given,
})

/** A message in which all text that comes from elsewhere is `text`. */
export const hostileNotification = (text: string): Notification =>
  notificationOf({
    groupKey: text,
    groupLabels: { alertname: text, [text]: text },
    commonLabels: { alertname: text, instance: text, service: text },
    commonAnnotations: { summary: text },
    receiver: text,
    reason: text,
    alerts: [
      alertOf({
        name: text,
        labels: { alertname: text, [text]: text },
        annotations: { summary: text, [text]: text },
        acknowledgedBy: text,
        url: `https://miktos.example.org/${encodeURIComponent(text.toWellFormed())}`,
        generatorUrl: text,
      }),
    ],
  })

import { createHmac } from 'node:crypto'
import { secondMs } from '#kernel/time.ts'

/** Headers of https://github.com/standard-webhooks/standard-webhooks; the id is the same for every attempt, the time is not. */
export function signatureHeaders(secret: string, id: string, now: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now / secondMs))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

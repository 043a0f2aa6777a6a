import type * as z from 'zod'
import type { Outbound } from '#platform/outbound/outbound.ts'
import type { Notification } from '../notification.ts'

/** What the other side said. */
export interface Answer {
  /** `retry`: not now, perhaps later; `refused`: never, whatever is repeated; `gone`: nobody is there any more. */
  outcome: 'sent' | 'retry' | 'refused' | 'gone'
  /** Of HTTP or SMTP; null where nothing answered. */
  status: number | null
  /** The remote's own words, or what went wrong, at most 1 KiB, without secrets. */
  detail: string
  /** What the other side asked to wait, ms. */
  retryAfterMs?: number
}

/** One way to reach people or programs. A folder holds nothing but its kind. */
export interface ChannelKind<Config extends z.ZodObject = z.ZodObject> {
  kind: string
  /** What is configured; fields named in `secrets` are stored encrypted and never shown again. */
  config: Config
  secrets: readonly (keyof z.output<Config> & string)[]
  /** Fields that say where secrets go: who changes one writes the secrets anew, so that nobody leads them elsewhere. */
  destination: readonly (keyof z.output<Config> & string)[]
  /** Where messages go, in a few words and without secrets: `ops@example.com by mail.example.com`. */
  target(config: z.output<Config>): string
  /** Messages a minute that the other side bears; more wait. */
  perMinuteMax: number
  /** Never throws for what the other side does. */
  send(
    config: z.output<Config>,
    notification: Notification,
    io: { outbound: Outbound; now: () => number },
  ): Promise<Answer>
}

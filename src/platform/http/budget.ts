import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint, Input, RateClass } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { whenThere } from '#kernel/whenThere.ts'
import type { Actor } from '../context.ts'
import type { Allowance } from '../limits/limits.ts'
import type { Platform } from '../platform.ts'

export const rateOf = ({ rate = 'general' }: Endpoint): RateClass => rate

const settingOf = {
  general: 'rate_limit',
  logs: 'rate_limit_logs',
  metrics: 'rate_limit_metrics',
  auth: 'rate_limit_auth',
  protocol: 'rate_limit_protocol',
} as const

/** Takes one request from the caller's budget, and tells in the headers of `reply` what is left. @throws RATE_LIMITED */
export function spend(
  { config, limits }: Platform,
  rate: RateClass,
  actor: Actor,
  address: string,
  reply?: Pick<FastifyReply, 'headers'>,
): void | Promise<void> {
  if (rate === 'unlimited' || actor.kind === 'system') return
  const allowance = limits.consume(rate, subjectOf(rate, actor, address), config.get(settingOf[rate]), minuteMs)
  return whenThere(allowance, (found) => judge(rate, found, reply))
}

const policies = new Map<RateClass, { limit: number; text: string }>()

/** Limits change seldom, and every answer tells them. */
function policyOf(rate: RateClass, limit: number): string {
  const made = policies.get(rate)
  if (made?.limit === limit) return made.text
  const text = `"${rate}";q=${limit};w=60`
  policies.set(rate, { limit, text })
  return text
}

function judge(
  rate: RateClass,
  { allowed, limit, remaining, resetMs }: Allowance,
  reply: Pick<FastifyReply, 'headers'> | undefined,
): void {
  const resetSeconds = Math.ceil(resetMs / secondMs)
  reply?.headers({ 'ratelimit-policy': policyOf(rate, limit), ratelimit: `"${rate}";r=${remaining};t=${resetSeconds}` })
  if (!allowed) {
    throw new AppError('RATE_LIMITED', `More than ${limit} requests in a minute; wait ${resetSeconds} s`, {
      limit,
      window_seconds: 60,
      rate_class: rate,
      retry_after_seconds: resetSeconds,
    })
  }
}

/**
 * Attempts to log in are counted by address even when they come with a session; keys by their owner, who could otherwise
 * multiply the budget by making more of them.
 */
const subjectOf = (rate: RateClass, actor: Actor, address: string): string =>
  actor.kind === 'anonymous' || rate === 'auth' ? `address:${address}` : `user:${actor.id}`

/** Takes from the budget of the endpoint unless the caller asked the same a moment ago. @throws RATE_LIMITED */
export async function spendOnQuestion(
  platform: Platform,
  [part, field]: NonNullable<Endpoint['question']>,
  endpoint: Endpoint,
  input: Input<Endpoint>,
  { actor, origin }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const [rate, address] = [rateOf(endpoint), origin.address ?? '']
  const values: Record<string, unknown> | undefined = input[part]
  const asked = String(values?.[field])
  const key = `${subjectOf(rate, actor, address)}:${hash('sha256', asked, 'base64url')}`
  const isKnown = !(await platform.limits.consume(`${rate}-question`, key, 0, minuteMs, 0)).allowed
  if (isKnown) return
  await spend(platform, rate, actor, address, reply)
  // Only what was paid for is remembered.
  await platform.limits.consume(`${rate}-question`, key, 1, minuteMs)
}

import { dayMs, hourMs, minuteMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { removeOldRecords } from './retention.ts'
import type { Verifier } from './verifier.ts'

const origin = { requestId: null, address: null, userAgent: null }

/** Keeps checkpoints of the log beside the database, forgets what is old, and checks the whole once a day. */
export async function startAuditJobs(platform: Platform, verifier: Verifier): Promise<Stop> {
  const log = platform.log.child({ component: 'audit' })
  const ctx = new Context(platform, systemActor('system', 'Miktos', []), origin)
  const attempt = (what: string, work: () => Promise<unknown>) => (): Promise<void> =>
    work().then(
      () => undefined,
      (error: unknown) => log.warn({ err: error }, `${what} failed`),
    )

  const checkpoint = attempt('a checkpoint of the audit log', async () => {
    const outcome = await verifier.checkpoints(platform).take()
    if (outcome && 'reason' in outcome) log.error(outcome, 'the audit log does not hold what its checkpoint says')
    // Also to wherever the lines of this log are collected, out of reach of whoever holds this machine.
    else if (outcome) log.info({ seq: outcome.seq, hash: outcome.hash }, 'audit checkpoint')
  })
  const retention = attempt('forgetting old audit records', () => removeOldRecords(ctx))
  const verification = attempt('verifying the audit log', () => verifier.verify(platform, { latest: false }))

  await checkpoint()
  const timers = [
    setInterval(checkpoint, minuteMs),
    setInterval(retention, hourMs),
    setInterval(verification, dayMs),
    // Not while starting, and not in all servers of an installation at the same moment.
    setTimeout(() => void retention().then(verification), minuteMs * (1 + Math.random())),
  ]
  return async () => {
    timers.forEach(clearTimeout)
    await checkpoint()
  }
}

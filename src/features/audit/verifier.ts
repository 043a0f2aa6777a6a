import type * as z from 'zod'
import { iso } from '#kernel/time.ts'
import { checkpointFile, createCheckpoints, type Checkpoints } from '#platform/audit/checkpoints.ts'
import { verifyAudit } from '#platform/audit/verify.ts'
import type { Platform } from '#platform/platform.ts'
import type { auditEndpoints } from './contract.ts'

type Verification = z.output<typeof auditEndpoints.verify.reply>

/** Checks the log of one server; checks that are asked for at the same time are one. */
export interface Verifier {
  checkpoints(platform: Platform): Checkpoints
  verify(platform: Platform, options: { latest: boolean }): Promise<Verification>
}

export function createVerifier(): Verifier {
  let checkpoints: Checkpoints | undefined
  let running: Promise<Verification> | undefined
  let latest: Verification | undefined

  const checkpointsOf = ({ config, database, secrets, now }: Platform): Checkpoints =>
    (checkpoints ??= createCheckpoints({
      file: checkpointFile(config.get('data_dir')),
      database,
      key: secrets.key('audit'),
      now,
    }))

  const run = async (platform: Platform): Promise<Verification> => {
    const startedAt = performance.now()
    const found = await verifyAudit(platform.database.read, platform.secrets.key('audit'), checkpointsOf(platform))
    if (found.broken) platform.log.child({ component: 'audit' }).error(found.broken, 'the audit log was tampered with')
    latest = { ...found, verified_at: iso(platform.now()), duration_ms: Math.round(performance.now() - startedAt) }
    return latest
  }

  return {
    checkpoints: checkpointsOf,
    verify: async (platform, options) => {
      if (options.latest && latest) return latest
      running ??= run(platform).finally(() => {
        running = undefined
      })
      return running
    },
  }
}

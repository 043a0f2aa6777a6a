import { invalid } from '#kernel/errors.ts'
import { validationError } from '#platform/http/errors.ts'
import type { Secrets } from '#platform/secrets.ts'
import { kindOf } from './kinds.ts'
import { wholeConfig, type WholeConfig } from './known.ts'
import type { ChannelRow } from './store.ts'

/**
 * What was written, with the secrets that were left out.
 * @throws AppError VALIDATION_FAILED, also where a secret would go elsewhere without being written anew
 */
export function changedConfig(secrets: Secrets, row: ChannelRow, written: WholeConfig): WholeConfig {
  const kind = kindOf(row.kind)
  const before = wholeConfig(secrets, row)
  const kept = kind.secrets.filter((name) => written[name] === undefined && before[name] !== undefined)
  const merged = {
    ...Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null)),
    ...Object.fromEntries(kept.map((name) => [name, before[name]])),
  }
  const { success, data, error } = kind.config.safeParse(merged)
  if (!success)
    throw validationError(
      error.issues.map((issue) => ({ ...issue, path: ['config', ...issue.path] })),
      'body',
    )
  const moved = kind.destination.find((name) => data[name] !== before[name])
  const led = moved === undefined ? undefined : kept.find((name) => name !== moved)
  if (led !== undefined)
    throw invalid(`config.${led}`, `Write ${led} anew: it would go elsewhere, since ${moved} changes`)
  return data
}

/** That a secret changed is told, what it is not. */
export function changedSecrets(
  secrets: Secrets,
  before: ChannelRow,
  after: WholeConfig,
): { changed_secrets?: string[] } {
  const known = wholeConfig(secrets, before)
  const changed = kindOf(before.kind).secrets.filter((name) => known[name] !== after[name])
  return changed.length > 0 ? { changed_secrets: changed } : {}
}

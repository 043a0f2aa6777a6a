import { hash } from 'node:crypto'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { Secrets } from '#platform/secrets.ts'
import type { TargetInput } from '../contract.ts'
import { targetKey, type ScrapeTarget } from './target.ts'

interface TargetRow {
  id: string
  job: string
  url: string
  interval_seconds: number
  timeout_seconds: number
  labels_json: string
  bearer_sealed: string | null
}

declare module '#platform/database/database.ts' {
  interface Tables {
    metrics_targets: TargetRow
  }
}

export const targetMigrations: Migration[] = [
  {
    name: '2026-11-22.50-metrics-targets',
    up: async (schema) => {
      await schema.table('metrics_targets', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('job', schema.line, (column) => column.notNull())
          .addColumn('url', schema.text, (column) => column.notNull())
          .addColumn('interval_seconds', schema.integer, (column) => column.notNull())
          .addColumn('timeout_seconds', schema.integer, (column) => column.notNull())
          .addColumn('labels_json', schema.text, (column) => column.notNull())
          .addColumn('bearer_sealed', schema.text),
      )
    },
  },
]

const rowsOf = (db: ReadDb | Tx): Promise<TargetRow[]> =>
  db.selectFrom('metrics_targets').selectAll().orderBy('id').execute()

/** Another one for everything that was saved meanwhile. */
export const targetsRevision = async (db: ReadDb | Tx): Promise<string> =>
  hash('sha256', JSON.stringify(await rowsOf(db)), 'base64url')

/** The targets that were set at run time. */
export async function storedTargets(db: ReadDb, secrets: Secrets): Promise<ScrapeTarget[]> {
  const rows = await rowsOf(db)
  return rows.map(({ id, job, url, interval_seconds, timeout_seconds, labels_json, bearer_sealed }) => {
    const labels = JSON.parse(labels_json) as Record<string, string>
    return {
      key: targetKey('console', job, url, labels),
      definition: JSON.stringify([interval_seconds, timeout_seconds, bearer_sealed]),
      source: 'console',
      job,
      url,
      intervalMs: interval_seconds * secondMs,
      timeoutMs: timeout_seconds * secondMs,
      labels,
      authorization:
        bearer_sealed === null
          ? undefined
          : async () => `Bearer ${secrets.open(bearer_sealed, `metrics_targets/${id}`)}`,
    }
  })
}

/** A target whose token is not given keeps the one it had. */
export async function replaceTargets(tx: Tx, secrets: Secrets, targets: readonly TargetInput[]): Promise<void> {
  const before = await rowsOf(tx)
  await tx.deleteFrom('metrics_targets').execute()
  for (const { job, url, interval_seconds, timeout_seconds, labels, bearer_token } of targets) {
    const labels_json = JSON.stringify(labels)
    const known = before.find((row) => row.job === job && row.url === url && row.labels_json === labels_json)
    const id = known?.id ?? newId()
    const bearer_sealed =
      bearer_token === undefined
        ? (known?.bearer_sealed ?? null)
        : bearer_token === null
          ? null
          : secrets.seal(bearer_token, `metrics_targets/${id}`)
    await tx
      .insertInto('metrics_targets')
      .values({ id, job, url, interval_seconds, timeout_seconds, labels_json, bearer_sealed })
      .execute()
  }
}

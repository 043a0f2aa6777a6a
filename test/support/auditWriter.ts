// A writer in a thread of its own: appends `count` records to the log in the database at `url`.
import { workerData } from 'node:worker_threads'
import { appendAudit } from '#platform/audit/append.ts'
import { openDatabase } from '#platform/database/open.ts'
import { auditEntry, auditKey } from './auditLog.ts'

const { url, count } = workerData as { url: string; count: number }
const database = await openDatabase(url)
for (let n = 0; n < count; n++) await database.transaction((tx) => appendAudit(tx, auditKey, auditEntry(n)))
await database.close()

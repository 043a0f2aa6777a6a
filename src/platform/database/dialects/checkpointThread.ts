import { workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

/** Copies the log of a SQLite database into its file, and ends. */
const database = new Sqlite(workerData as string, { timeout: 0 })
// Most of it without keeping writers away; then what is left, and the log begins anew and empty.
database.pragma('wal_checkpoint(PASSIVE)')
database.pragma('wal_checkpoint(TRUNCATE)')
database.close()

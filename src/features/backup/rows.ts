import { sql } from 'kysely'
import type { Dialect } from '#platform/database/database.ts'
import { BackupError } from './envelope.ts'
import type { Backup } from './inspect.ts'
import { tablesOf, type AnyKysely, type TableShape } from './snapshot.ts'

/** Puts the rows of a backup in place of those of every table. */
export async function insertAll(tx: AnyKysely, dialect: Dialect, backup: Backup): Promise<void> {
  const tables = await tablesOf(tx, dialect)
  for (const { name } of tables.toReversed()) await tx.deleteFrom(name).execute()
  let batch: Batch | undefined
  for await (const part of backup.read()) {
    if ('table' in part) batch = new Batch(tx, existing(part.table, tables))
    else if ('row' in part) await batch?.add(part.row)
    else if ('end' in part) await batch?.flush()
  }
  if (dialect === 'postgres') await advanceSequences(tx)
}

function existing(table: TableShape, tables: TableShape[]): TableShape {
  const here = tables.find(({ name }) => name === table.name)
  const missing = here && table.columns.find((column) => !here.columns.includes(column))
  if (!here || missing) {
    throw new BackupError(
      `Miktos has no table ${table.name}${missing ? ` with a column ${missing}` : ''}; was the backed up database its own?`,
    )
  }
  return table
}

const parametersMax = 10_000
const charactersMax = 1024 * 1024

/** Rows that are inserted together, as many as an engine takes in one statement. */
class Batch {
  readonly #tx: AnyKysely
  readonly #table: TableShape
  readonly #rowsMax: number
  #rows: Record<string, unknown>[] = []
  #characters = 0

  constructor(tx: AnyKysely, table: TableShape) {
    this.#tx = tx
    this.#table = table
    this.#rowsMax = Math.max(1, Math.floor(parametersMax / table.columns.length))
  }

  async add(row: unknown[]): Promise<void> {
    this.#rows.push(Object.fromEntries(this.#table.columns.map((column, index) => [column, row[index]])))
    for (const value of row) if (typeof value === 'string') this.#characters += value.length
    if (this.#rows.length >= this.#rowsMax || this.#characters >= charactersMax) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#rows.length > 0) await this.#tx.insertInto(this.#table.name).values(this.#rows).execute()
    this.#rows = []
    this.#characters = 0
  }
}

/** Rows came with their ids; the counters have to stand behind them. */
async function advanceSequences(tx: AnyKysely): Promise<void> {
  for (const { name, columns } of await tx.introspection.getTables()) {
    for (const column of columns.filter(({ isAutoIncrementing }) => isAutoIncrementing)) {
      const next = sql`coalesce(max(${sql.ref(column.name)}), 0) + 1`
      await sql`select setval(pg_get_serial_sequence(${name}, ${column.name}), ${next}, false) from ${sql.table(name)}`.execute(
        tx,
      )
    }
  }
}

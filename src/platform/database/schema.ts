import type { ColumnDataType, CreateTableBuilder, Kysely, RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Dialect, Tables } from './database.ts'

/**
 * One step of the schema. Names sort in the order they run (`2026-11-22.01-users`). `up` must be
 * able to run again after a crash half-way: MariaDB commits every DDL statement by itself.
 */
export interface Migration {
  name: string
  up(schema: Schema): Promise<void>
}

type ColumnType = ColumnDataType | RawBuilder<unknown>

/** Creates tables that mean the same on SQLite, PostgreSQL and MariaDB/MySQL. */
export interface Schema {
  dialect: Dialect
  db: Kysely<Tables>
  /** Opaque ids, hashes and other short ASCII keys. */
  id: ColumnType
  /** One line of text that may be indexed, at most 255 characters. */
  line: ColumnType
  /** Text of any length; JSON too. */
  text: ColumnType
  /** Milliseconds since 1970, counts, bytes. */
  integer: ColumnType
  real: ColumnType
  flag: ColumnType
  /** An existing table is left alone. Text compares byte by byte on every engine. */
  table(name: string, define: (table: CreateTableBuilder<string>) => CreateTableBuilder<string>): Promise<void>
  /** `<table>_<columns>_index` unless it exists. */
  index(table: string, columns: string[], options?: { unique?: boolean }): Promise<void>
  /** A primary key `id` that the engine counts up by itself. */
  counted(table: CreateTableBuilder<string>): CreateTableBuilder<string>
}

export function schemaOf(db: Kysely<Tables>, dialect: Dialect): Schema {
  return {
    dialect,
    db,
    id: 'varchar(128)',
    line: 'varchar(255)',
    text: dialect === 'mysql' ? sql`longtext` : 'text',
    integer: 'bigint',
    real: 'double precision',
    flag: 'smallint',
    table: async (name, define) => {
      const table = define(db.schema.createTable(name).ifNotExists())
      await (
        dialect === 'mysql' ? table.modifyEnd(sql`engine=InnoDB character set utf8mb4 collate utf8mb4_bin`) : table
      ).execute()
    },
    index: async (table, columns, options) => {
      const name = `${table}_${columns.join('_')}_index`
      const index = db.schema.createIndex(name).ifNotExists().on(table).columns(columns)
      await (options?.unique ? index.unique() : index).execute()
    },
    counted: (table) => {
      if (dialect === 'postgres') return table.addColumn('id', 'bigserial', (column) => column.primaryKey())
      if (dialect === 'mysql') return table.addColumn('id', 'bigint', (column) => column.primaryKey().autoIncrement())
      return table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    },
  }
}

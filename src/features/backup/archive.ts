import { createHash, type Hash } from 'node:crypto'
import * as z from 'zod'
import type { Secrets } from '#platform/secrets.ts'
import { BackupError } from './envelope.ts'
import type { Snapshot, TableShape } from './snapshot.ts'

/**
 * What a backup holds inside, the same for every database engine: lines of JSON. A header; for each
 * table its columns, a line for every row and its end with a checksum; at last the checksum of all
 * lines before.
 */
export const Header = z.object({
  header: z.object({
    /** Version of Miktos that wrote it. */
    version: z.string(),
    created_at: z.iso.datetime(),
    engine: z.enum(['sqlite', 'postgres', 'mysql']),
    migrations: z.array(z.string()),
    /** The installation's secret: opens sealed columns and carries the audit chain. Only in encrypted backups. */
    secret: z.string().nullable(),
    /** Of that secret; tells whether another one is the same. */
    fingerprint: z.string(),
  }),
})

export type Header = z.output<typeof Header>['header']

/** The same for the same secret, and tells nothing about it. */
export const fingerprintOf = (secrets: Secrets): string => secrets.key('backup-fingerprint').toString('base64url')

const checksum = z.string().length(64)
const TableStart = z.object({ table: z.string(), columns: z.array(z.string()).min(1) })
const TableEnd = z.object({ end: z.string(), rows: z.int().min(0), sha256: checksum })
const Manifest = z.object({ tables: z.int().min(0), rows: z.int().min(0), sha256: checksum })
const Mark = z.union([TableStart, TableEnd, Manifest, Header])

/** One thing read from a backup; what was read before the end is checked only when the end is reached. */
export type Part = { header: Header } | { table: TableShape } | { row: unknown[] } | { end: string; rows: number }

const sha256 = (): Hash => createHash('sha256')

export async function* writeArchive(header: Header, snapshot: Snapshot): AsyncGenerator<string> {
  const whole = sha256()
  const hashed = (text: string): string => {
    whole.update(text)
    return text
  }
  yield hashed(lineOf({ header }))
  let rows = 0
  for (const table of snapshot.tables) {
    yield hashed(lineOf({ table: table.name, columns: table.columns }))
    const own = sha256()
    let tableRows = 0
    for await (const row of snapshot.rows(table)) {
      const line = lineOf(row.map(portable))
      own.update(line)
      tableRows++
      yield hashed(line)
    }
    rows += tableRows
    yield hashed(lineOf({ end: table.name, rows: tableRows, sha256: own.digest('hex') }))
  }
  yield lineOf({ tables: snapshot.tables.length, rows, sha256: whole.digest('hex') })
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`

/**
 * Reads a backup part by part.
 * @throws BackupError where a checksum does not fit or the end is missing
 */
export async function* readArchive(lines: AsyncIterable<string>): AsyncGenerator<Part> {
  const whole = sha256()
  let own = sha256()
  const count = { tables: 0, rows: 0, tableRows: 0 }
  let complete = false
  for await (const text of lines) {
    if (complete) throw new BackupError('The backup goes on after its end')
    const line = parseLine(text)
    if (Array.isArray(line)) {
      own.update(`${text}\n`)
      count.tableRows++
      yield { row: line.map(native) }
    } else if ('table' in line) {
      own = sha256()
      count.tables++
      count.tableRows = 0
      yield { table: { name: line.table, columns: line.columns } }
    } else if ('end' in line) {
      if (line.rows !== count.tableRows || line.sha256 !== own.digest('hex')) throw mismatch(`Table ${line.end}`)
      count.rows += line.rows
      yield { end: line.end, rows: line.rows }
    } else if ('header' in line) {
      yield line
    } else {
      complete = line.tables === count.tables && line.rows === count.rows && line.sha256 === whole.digest('hex')
      if (!complete) throw mismatch('The backup')
    }
    if (!complete) whole.update(`${text}\n`)
  }
  if (!complete) throw new BackupError('The backup is cut off')
}

const mismatch = (what: string): BackupError =>
  new BackupError(`${what} does not have the contents that were written: the checksum differs`)

function parseLine(text: string): unknown[] | z.output<typeof Mark> {
  try {
    const line: unknown = JSON.parse(text)
    return Array.isArray(line) ? line : Mark.parse(line)
  } catch (cause) {
    throw new BackupError('The backup is damaged: it holds a line that was not written by Miktos', { cause })
  }
}

/** JSON has no bytes. */
const portable = (value: unknown): unknown =>
  value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value

const native = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'base64' in value ? Buffer.from(String(value.base64), 'base64') : value

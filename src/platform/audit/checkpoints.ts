import { createHmac } from 'node:crypto'
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { iso } from '#kernel/time.ts'
import type { Database, Tx } from '../database/database.ts'
import { lockInvariant } from '../database/open.ts'
import { auditHead, type AuditHead } from './append.ts'
import { genesisHash, sameHash, type Fault } from './chain.ts'

/**
 * Where the chain ended at some moment, written down outside the database. A database that is put
 * back to an older state still verifies by itself; against its checkpoints it does not.
 */
export interface Checkpoint {
  seq: number
  hash: string
  at: string
  /** Seal of the checkpoint before. */
  previous: string
  seal: string
}

export interface Checkpoints {
  /**
   * Appends the end of the chain to the file unless it stands there already. Writes nothing, and
   * returns why, when the database contradicts the newest checkpoint.
   */
  take(): Promise<Checkpoint | Fault | undefined>
  /** Those that hold, oldest first, and what is wrong with the file. */
  read(): Promise<{ checkpoints: Checkpoint[]; fault: Fault | null }>
}

interface Options {
  file: string
  database: Database
  key: Buffer
  now: () => number
}

export const checkpointFile = (dataDir: string): string => join(dataDir, 'audit-checkpoints.ndjson')

/** A week at one a minute. Older ones add nothing: the newest one stands for all before it. */
const keptMin = 10_000
const keptMax = 2 * keptMin

export function createCheckpoints({ file, database, key, now }: Options): Checkpoints {
  let newest: Checkpoint | undefined

  const take = (tx: Tx): Promise<Checkpoint | Fault | undefined> => takeWithin(tx, file, key, now())

  return {
    take: async () => {
      const outcome = await database.transaction(take)
      if (outcome && 'seal' in outcome) newest = outcome
      return outcome
    },
    read: async () => {
      const { lines } = await readLines(file)
      const { checkpoints, fault } = judge(lines, key)
      const lost = newest !== undefined && (checkpoints.at(-1)?.seq ?? 0) < newest.seq
      return {
        checkpoints,
        fault:
          fault ??
          (lost ? { seq: newest!.seq, reason: 'A checkpoint that this server wrote is gone from the file' } : null),
      }
    },
  }
}

/** The lock keeps the chain still, and makes servers that share the file write one after the other. */
async function takeWithin(tx: Tx, file: string, key: Buffer, at: number): Promise<Checkpoint | Fault | undefined> {
  await lockInvariant(tx, 'audit')
  const head = await auditHead(tx)
  const { lines, torn } = await readLines(file)
  const last = judge(lines.slice(-1), key)
  if (last.fault) return last.fault
  const [before] = last.checkpoints
  if (head.last_seq === (before?.seq ?? 0) && head.last_hash === (before?.hash ?? genesisHash)) return undefined
  const contradiction = before && (await contradictionOf(tx, head, before))
  if (contradiction) return contradiction
  const checkpoint = sealed(key, {
    seq: head.last_seq,
    hash: head.last_hash,
    at: iso(at),
    previous: before?.seal ?? genesisHash,
  })
  if (torn || lines.length >= keptMax) await rewrite(file, [...lines.slice(-keptMin), JSON.stringify(checkpoint)])
  else await append(file, JSON.stringify(checkpoint))
  return checkpoint
}

async function contradictionOf(
  tx: Tx,
  head: Omit<AuditHead, 'seal'>,
  { seq, hash, at }: Checkpoint,
): Promise<Fault | undefined> {
  if (seq > head.last_seq) return { seq: head.last_seq + 1, reason: missingReason(seq, at) }
  const record = await tx.selectFrom('audit_records').select('hash').where('seq', '=', seq).executeTakeFirst()
  const found = seq === head.first_seq - 1 ? head.first_previous_hash : record?.hash
  if (seq < head.first_seq - 1 || found === hash) return undefined
  return { seq, reason: otherReason(at) }
}

export const missingReason = (seq: number, at: string): string =>
  `Records up to ${seq} are missing: they were there at ${at}, as a checkpoint says`
export const otherReason = (at: string): string =>
  `This is not the record that stood here at ${at}, as a checkpoint says`

const Line = z.strictObject({ seq: z.int(), hash: z.string(), at: z.string(), previous: z.string(), seal: z.string() })

/** Each line is sealed by the key and names the seal of the one before, so none can be changed, added or left out between. */
function judge(lines: string[], key: Buffer): { checkpoints: Checkpoint[]; fault: Fault | null } {
  const checkpoints: Checkpoint[] = []
  for (const line of lines) {
    const before = checkpoints.at(-1)
    const read = parse(line)
    const holds =
      read !== undefined && sameHash(read.seal, sealed(key, read).seal) && (!before || read.previous === before.seal)
    if (!holds)
      return { checkpoints, fault: { seq: before?.seq ?? 0, reason: 'The checkpoint after this one was altered' } }
    checkpoints.push(read)
  }
  return { checkpoints, fault: null }
}

function parse(line: string): Checkpoint | undefined {
  try {
    return Line.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

function sealed(key: Buffer, { seq, hash, at, previous }: Omit<Checkpoint, 'seal'>): Checkpoint {
  const seal = createHmac('sha256', key).update(`checkpoint:${previous}:${seq}:${hash}:${at}`).digest('hex')
  return { seq, hash, at, previous, seal }
}

/** A last line without its end was being written when the machine stopped: it never counted. */
async function readLines(file: string): Promise<{ lines: string[]; torn: boolean }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n')
  const rest = lines.pop()
  return { lines, torn: rest !== '' }
}

async function append(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a', 0o600)
  await handle.appendFile(`${line}\n`)
  await handle.datasync()
  await handle.close()
}

async function rewrite(file: string, lines: string[]): Promise<void> {
  const temporary = `${file}.new`
  await writeFile(temporary, `${lines.join('\n')}\n`, { mode: 0o600, flush: true })
  await rename(temporary, file)
}

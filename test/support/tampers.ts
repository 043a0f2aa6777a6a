import type { AuditHead } from '#platform/audit/append.ts'
import { genesisHash, hashHead, hashRecord, type ChainedRecord } from '#platform/audit/chain.ts'

/** What somebody with every right on the database can put in place of a log: other rows, another head. */
export interface Stored {
  records: ChainedRecord[]
  head: AuditHead | undefined
}

/** A forged log, and the number at which verification is to find it. */
export interface Tamper extends Stored {
  what: string
  firstBad: number
}

/** A number from 0 to below `n`. */
type Pick = (n: number) => number

const forgedKey = Buffer.alloc(32, 7)
const fields = [
  'at',
  'actor_kind',
  'actor_id',
  'actor_label',
  'action',
  'target_kind',
  'target_id',
  'result',
  'address',
  'request_id',
  'before_json',
  'after_json',
  'previous_hash',
  'hash',
] as const

const renumbered = (records: ChainedRecord[], first: number): ChainedRecord[] =>
  records.map((record, index) => ({ ...record, seq: first + index }))

function forged(record: ChainedRecord, field: (typeof fields)[number], pick: Pick): ChainedRecord {
  const value = record[field]
  if (typeof value === 'number') return { ...record, [field]: value + 1 + pick(1_000) }
  if (field.endsWith('hash'))
    return { ...record, [field]: String(value).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }
  if (value === null) return { ...record, [field]: '' }
  return { ...record, [field]: pick(4) === 0 && field.endsWith('_json') ? null : `${value}x` }
}

/** Every way to tamper; `older` holds the head as it was after each number. `whole` is the log of records 1 to n. */
const tampers: ((whole: Required<Stored>, older: Map<number, AuditHead>, pick: Pick) => Tamper)[] = [
  ({ records, head }, _, pick) => {
    const index = pick(records.length)
    const field = fields[pick(fields.length)]!
    return {
      what: `edit ${field} of ${index + 1}`,
      records: records.with(index, forged(records[index]!, field, pick)),
      head,
      firstBad: index + 1,
    }
  },
  ({ records, head }, _, pick) => {
    const index = pick(records.length)
    return { what: `delete ${index + 1}`, records: records.toSpliced(index, 1), head, firstBad: index + 1 }
  },
  ({ records, head }, _, pick) => {
    const index = pick(records.length - 1)
    const kept = renumbered(records.toSpliced(index, 1), 1)
    const last = kept.at(-1)!
    const fixed = { ...head!, last_seq: last.seq, last_hash: last.hash }
    return { what: `delete ${index + 1} and close the gap`, records: kept, head: fixed, firstBad: index + 1 }
  },
  ({ records, head }, _, pick) => {
    const copy = records[pick(records.length)]!
    return {
      what: 'insert at the end',
      records: [...records, { ...copy, seq: records.length + 1 }],
      head,
      firstBad: records.length + 1,
    }
  },
  ({ records, head }, _, pick) => {
    const index = pick(records.length - 1)
    const copy = records[pick(index + 1)]!
    const moved = renumbered(records.toSpliced(index + 1, 0, copy), 1)
    return {
      what: `insert after ${index + 1}`,
      records: moved,
      head: { ...head!, last_seq: moved.length },
      firstBad: index + 2,
    }
  },
  ({ records, head }, _, pick) => {
    const first = pick(records.length - 1)
    const second = first + 1 + pick(records.length - first - 1)
    const swapped = records.with(first, records[second]!).with(second, records[first]!)
    return { what: `swap ${first + 1} and ${second + 1}`, records: renumbered(swapped, 1), head, firstBad: first + 1 }
  },
  ({ records, head }, _, pick) => {
    const kept = 1 + pick(records.length - 1)
    return { what: `cut off after ${kept}`, records: records.slice(0, kept), head, firstBad: kept + 1 }
  },
  ({ records, head }, _, pick) => {
    const kept = 1 + pick(records.length - 1)
    const fixed = { ...head!, last_seq: kept, last_hash: records[kept - 1]!.hash }
    return {
      what: `cut off after ${kept} and fix the head`,
      records: records.slice(0, kept),
      head: fixed,
      firstBad: kept,
    }
  },
  ({ records }, older, pick) => {
    const kept = 1 + pick(records.length - 1)
    return {
      what: `put the copy back that ended with ${kept}`,
      records: records.slice(0, kept),
      head: older.get(kept)!,
      firstBad: kept + 1,
    }
  },
  ({ records }) => ({ what: 'empty both tables', records: [], head: undefined, firstBad: records.length > 0 ? 1 : 0 }),
  ({ records }) => ({ what: 'delete the head', records, head: undefined, firstBad: 1 }),
  ({ records, head }, _, pick) => {
    const start = pick(records.length)
    const rewritten = records.slice(0, start)
    for (const record of records.slice(start)) {
      const previous_hash = rewritten.at(-1)?.hash ?? genesisHash
      const changed = { ...record, after_json: '{"role":"user"}', previous_hash }
      rewritten.push({ ...changed, hash: hashRecord(forgedKey, changed, previous_hash) })
    }
    const { seq, hash } = rewritten.at(-1)!
    const rebuilt = { ...head!, last_hash: hash, seal: hashHead(forgedKey, seq, hash, 1, genesisHash) }
    return { what: `write everything from ${start + 1} anew`, records: rewritten, head: rebuilt, firstBad: start + 1 }
  },
  ({ records, head }, _, pick) => {
    const start = 1 + pick(records.length - 1)
    const moved = { ...head!, first_seq: start + 1, first_previous_hash: records[start - 1]!.hash }
    return {
      what: `take the beginning away up to ${start}`,
      records: records.slice(start),
      head: moved,
      firstBad: records.length,
    }
  },
]

export const randomTamper = (whole: Required<Stored>, older: Map<number, AuditHead>, pick: Pick): Tamper =>
  tampers[pick(tampers.length)]!(whole, older, pick)

import { compileExpression, labelValue } from '../../labels.ts'
import { requiredLiteral } from '../../requiredLiteral.ts'
import type { LinePredicate } from '../logs.ts'
import { compareFields, fieldOf, isDecimal, literalOfValue } from '../fields.ts'
import { isWordByte, probeOf } from './filters.ts'
import { allSeverities, type Block, type Columns, type Opened, type Piece } from './lines.ts'
import type { Stream, Streams } from './streams.ts'

/** A condition on lines, ready to be asked. */
export interface Test {
  /** Whether it has to see the text of the lines. */
  readsText(opened: Opened): boolean
  /** False where certainly no line of the block fulfils it. */
  mayMatch(block: Block): boolean
  /** How many lines of the block fulfil it, where that can be told without them; null otherwise. */
  count(block: Block): number | null
  /** Takes the mark from the rows of the piece that do not fulfil it. */
  narrow(piece: Piece, marks: Uint8Array): void
}

/** A predicate as what can be decided from the outside of a block, and the rest. */
export interface Conditions {
  /** Bit per severity. */
  severities: number
  /** Of the stream; null: all. */
  streams: ((stream: Stream) => boolean) | null
  rest: Test | null
}

/** @throws AppError VALIDATION_FAILED for a bad regular expression */
export function conditionsOf(predicate: LinePredicate | undefined, streams: Streams): Conditions {
  const conditions: Conditions = { severities: allSeverities, streams: null, rest: null }
  const rest: Test[] = []
  for (const part of predicate ? conjunction(predicate) : []) {
    if (part.op === 'severity') conditions.severities &= maskOf(part.in)
    else if (part.op === 'service') {
      const before = conditions.streams
      conditions.streams = (stream) => part.in.includes(stream.service) && (before?.(stream) ?? true)
    } else rest.push(compile(part, false, streams))
  }
  if (rest.length > 0) conditions.rest = all(rest)
  return conditions
}

const conjunction = (predicate: LinePredicate): LinePredicate[] =>
  predicate.op === 'and' ? predicate.of.flatMap(conjunction) : [predicate]

const maskOf = (severities: number[]): number => severities.reduce((mask, severity) => mask | (1 << severity), 0)

/** Negation goes down to the leaves, so that filters of blocks still help. */
function compile(predicate: LinePredicate, negated: boolean, streams: Streams): Test {
  switch (predicate.op) {
    case 'not':
      return compile(predicate.of, !negated, streams)
    case 'and':
    case 'or': {
      const tests = predicate.of.map((part) => compile(part, negated, streams))
      return (predicate.op === 'and') === negated ? any(tests) : all(tests)
    }
    case 'severity':
      return severityTest(negated ? allSeverities & ~maskOf(predicate.in) : maskOf(predicate.in))
    case 'service':
      return streamTest(({ service }) => predicate.in.includes(service) !== negated, streams)
    case 'contains':
      return signed(contains(predicate.text, predicate.caseSensitive ?? false, predicate.word ?? false), negated)
    case 'matches':
      return signed(matches(predicate.pattern), negated)
    case 'field':
      return signed(fieldTest(predicate, streams), negated)
  }
}

function all(tests: Test[]): Test {
  if (tests.length === 1) return tests[0]!
  return {
    readsText: (opened) => tests.some((test) => test.readsText(opened)),
    mayMatch: (block) => tests.every((test) => test.mayMatch(block)),
    count: (block) => {
      const counts = tests.map((test) => test.count(block))
      if (counts.includes(0)) return 0
      // What every line fulfils takes none away.
      return onlyOf(
        counts.filter((count) => count !== block.length),
        block.length,
      )
    },
    narrow: (piece, marks) => {
      const readText = (test: Test): number => Number(test.readsText(piece))
      for (const test of tests.toSorted((a, b) => readText(a) - readText(b)))
        if (marks.includes(1)) test.narrow(piece, marks)
    },
  }
}

function any(tests: Test[]): Test {
  if (tests.length === 1) return tests[0]!
  return {
    readsText: (opened) => tests.some((test) => test.readsText(opened)),
    mayMatch: (block) => tests.some((test) => test.mayMatch(block)),
    count: (block) => {
      const counts = tests.map((test) => test.count(block))
      if (counts.includes(block.length)) return block.length
      return onlyOf(
        counts.filter((count) => count !== 0),
        0,
      )
    },
    narrow: (piece, marks) => {
      const open = marks.slice()
      marks.fill(0)
      for (const test of tests) {
        const found = open.slice()
        test.narrow(piece, found)
        for (let row = 0; row < marks.length; row++) {
          if (found[row] === 0) continue
          marks[row] = 1
          open[row] = 0
        }
      }
    },
  }
}

/** How several tests go together in one block nobody knows. */
const onlyOf = (counts: (number | null)[], none: number): number | null =>
  counts.length > 1 ? null : counts.length === 1 ? counts[0]! : none

function signed(test: Test, negated: boolean): Test {
  if (!negated) return test
  return {
    readsText: test.readsText,
    mayMatch: () => true,
    count: (block) => {
      const count = test.count(block)
      return count === null ? null : block.length - count
    },
    narrow: (piece, marks) => {
      const found = marks.slice()
      test.narrow(piece, found)
      for (let row = 0; row < marks.length; row++) if (found[row] === 1) marks[row] = 0
    },
  }
}

function severityTest(mask: number): Test {
  return {
    readsText: () => false,
    mayMatch: ({ severityCounts }) => Array.from(severityCounts).some((count, at) => count > 0 && (mask >> at) & 1),
    count: ({ severityCounts }) =>
      Array.from(severityCounts).reduce((sum, count, at) => ((mask >> at) & 1 ? sum + count : sum), 0),
    narrow: ({ columns: { severities }, fromRow }, marks) => {
      for (let row = 0; row < marks.length; row++) {
        if (((mask >> severities[fromRow + row]!) & 1) === 0) marks[row] = 0
      }
    },
  }
}

function streamTest(passes: (stream: Stream) => boolean, streams: Streams): Test {
  const verdicts = new Map<number, boolean>()
  const verdict = (index: number): boolean => {
    const known = verdicts.get(index) ?? passes(streams.at(index))
    verdicts.set(index, known)
    return known
  }
  return {
    readsText: () => false,
    mayMatch: (block) => block.streams.some(verdict),
    count: ({ streams: ofBlock, streamCounts }) =>
      ofBlock.reduce((sum, stream, at) => (verdict(stream) ? sum + streamCounts[at]! : sum), 0),
    narrow: ({ columns: { streams: ofRows }, fromRow }, marks) => {
      for (let row = 0; row < marks.length; row++) if (!verdict(ofRows[fromRow + row]!)) marks[row] = 0
    },
  }
}

/** Asks row by row; for what is dear. */
function eachMarked(marks: Uint8Array, fulfils: (row: number) => boolean): void {
  for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) if (!fulfils(row)) marks[row] = 0
}

/** Finds a text in that of a piece, from a place on; -1 where there is none. */
type Find = (piece: Piece, from: number) => number

function contains(text: string, caseSensitive: boolean, word: boolean): Test {
  if (text === '')
    return { readsText: () => false, mayMatch: () => true, count: ({ length }) => length, narrow: () => undefined }
  const probe = probeOf(text, word)
  const needle = Buffer.from(text)
  const find = finderOf(needle, caseSensitive, word)
  const wanted = { text, caseSensitive, word }
  const told = toldRows((block) => (block.mayContain(probe) ? block.rowsWith(wanted) : new Uint8Array(block.length)))
  return {
    readsText: (opened) => told(opened) === null,
    mayMatch: (block) => block.mayContain(probe),
    count: (block) => (block.mayContain(probe) ? block.linesWith(wanted) : 0),
    narrow: (piece, marks) => {
      const found = told(piece)?.subarray(piece.fromRow, piece.toRow) ?? rowsWith(piece, find, needle.length)
      for (let row = 0; row < marks.length; row++) marks[row]! &= found[row]!
    },
  }
}

/** What a block tells of its rows without their text, asked once and kept as long as its columns are. */
function toldRows(ask: (block: Block) => Uint8Array | null): (opened: Opened) => Uint8Array | null {
  const told = new WeakMap<Columns, Uint8Array | null>()
  return ({ block, columns }) => {
    const known = told.get(columns)
    if (known !== undefined) return known
    const rows = ask(block)
    told.set(columns, rows)
    return rows
  }
}

function finderOf(needle: Buffer, caseSensitive: boolean, word: boolean): Find {
  const hasCase = !caseSensitive && needle.some((byte) => isLetter(byte))
  const plain: Find = hasCase ? folding(needle) : ({ frame }, from) => frame.text.indexOf(needle, from)
  if (!word) return plain
  return (piece, from) => {
    let at = plain(piece, from)
    while (at >= 0 && !standsAlone(piece.frame.text, at, at + needle.length)) at = plain(piece, at + 1)
    return at
  }
}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 97 && (byte | 0x20) <= 122

/** ASCII letters have two forms; of everything else the bytes have to agree. */
function folding(needle: Buffer): Find {
  const bytes = needle.toString('latin1')
  const isAscii = needle.every((byte) => byte < 128)
  const pattern = isAscii
    ? new RegExp(RegExp.escape(bytes), 'gi')
    : new RegExp(Array.from(bytes, bothCases).join(''), 'g')
  return (piece, from) => {
    pattern.lastIndex = from
    return pattern.test(piece.latin1) ? pattern.lastIndex - needle.length : -1
  }
}

const bothCases = (byte: string): string =>
  /[a-z]/i.test(byte) ? `[${byte.toLowerCase()}${byte.toUpperCase()}]` : RegExp.escape(byte)

const standsAlone = (bytes: Buffer, from: number, to: number): boolean =>
  !(from > 0 && isWordByte[bytes[from - 1]!]) && !(to < bytes.length && isWordByte[bytes[to]!])

function rowsWith(piece: Piece, find: Find, needleLength: number): Uint8Array {
  const rows = piece.toRow - piece.fromRow
  const found = new Uint8Array(rows)
  const { starts } = piece.columns
  const base = starts[piece.fromRow]!
  let row = 0
  for (let at = find(piece, 0); at >= 0;) {
    row = rowAt(starts, piece.fromRow, base + at, row, rows)
    const next = starts[piece.fromRow + row + 1]! - base
    // A text with a line feed may be found across two lines.
    if (at + needleLength < next) {
      found[row] = 1
      at = find(piece, next)
    } else at = find(piece, at + 1)
  }
  return found
}

/** The row that a place in the text belongs to; `from` is a row not behind it. */
function rowAt(starts: Uint32Array, first: number, place: number, from: number, rows: number): number {
  let step = 1
  let low = from
  while (low + step < rows && starts[first + low + step]! <= place) {
    low += step
    step *= 2
  }
  let high = Math.min(rows, low + step)
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[first + middle]! <= place) low = middle
    else high = middle
  }
  return low
}

function matches(pattern: string): Test {
  const expression = compileExpression(pattern)
  const literal = requiredLiteral(pattern)
  const first = literal && contains(literal.text, literal.caseSensitive, false)
  return {
    readsText: () => true,
    mayMatch: (block) => first?.mayMatch(block) ?? true,
    count: (block) => (first?.count(block) === 0 ? 0 : null),
    narrow: (piece, marks) => {
      first?.narrow(piece, marks)
      eachMarked(marks, (row) => expression.matcher(piece.line(piece.fromRow + row)).find())
    },
  }
}

type FieldPredicate = Extract<LinePredicate, { op: 'field' }>

function fieldTest(predicate: FieldPredicate, streams: Streams): Test {
  const { name } = predicate
  const fulfils = comparison(predicate)
  const inLine = textOfField(predicate)
  const isLabel = (stream: number): boolean => labelValue(streams.at(stream).labels, name) !== undefined
  const isOnlyInLines = (block: Block): boolean => !block.hasMetadata && !block.streams.some(isLabel)
  return {
    readsText: () => true,
    mayMatch: (block) => !inLine || !isOnlyInLines(block) || inLine.mayMatch(block),
    count: () => null,
    narrow: (piece, marks) => {
      if (inLine && isOnlyInLines(piece.block)) inLine.narrow(piece, marks)
      eachMarked(marks, (row) => {
        const at = piece.fromRow + row
        const labels = streams.at(piece.columns.streams[at]!).labels
        return fulfils(fieldOf(name, piece.line(at), piece.metadata(at), labels))
      })
    },
  }
}

/** What every line contains that has a field fulfilling the predicate; null where a line without the field does. */
function textOfField(predicate: FieldPredicate): Test | null {
  if (predicate.compare === '!=') return null
  const value = predicate.compare === '=' ? predicate.value : null
  const literal = value === null ? null : literalOfValue(value)
  if (literal === null) return contains(predicate.name.split(/[._]/).at(-1)!, true, false)
  // Numbers may be written with other digits around these; anything else stands between signs.
  return contains(literal, true, !isDecimal(literal))
}

/** A line without the field fulfils only `!=`. */
function comparison(predicate: FieldPredicate): (value: string | undefined) => boolean {
  if (predicate.compare === '=~') {
    const expression = compileExpression(predicate.pattern)
    return (value) => value !== undefined && expression.matcher(value).find()
  }
  const { compare, value: wanted } = predicate
  return (value) => {
    if (value === undefined) return compare === '!='
    const order = compareFields(value, wanted)
    switch (compare) {
      case '=':
        return order === 0
      case '!=':
        return order !== 0
      case '>':
        return order > 0
      case '>=':
        return order >= 0
      case '<':
        return order < 0
      case '<=':
        return order <= 0
    }
  }
}

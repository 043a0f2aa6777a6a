import { AppError } from '#kernel/errors.ts'
import type { LinePredicate, LogFilter, LogOptions, LogRow, LogStore } from '../logs/logs.ts'
import type { LineTerm, LogExpression, Stage } from './ast.ts'
import { linePattern } from './linePattern.ts'
import { anyCharacter } from './stages.ts'

/** What a log expression asks of the store, and the stages that remain to be done here. */
export interface Selection {
  filter: Pick<LogFilter, 'matchers' | 'where'>
  stages: Stage[]
}

/** Stages behind which the line is not what was stored. */
const rewriting = new Set<Stage['kind']>(['lineFormat', 'unpack', 'decolorize'])

/**
 * Line filters that see the stored line are left to the store, which can skip blocks by them, wherever they stand:
 * parsers and label filters do not change the line. Only stages after which the order matters keep what follows.
 */
export function selection({ selector, stages }: LogExpression): Selection {
  const conditions: LinePredicate[] = []
  const remaining: Stage[] = []
  let sees = true
  for (const stage of stages) {
    if (rewriting.has(stage.kind) || stage.kind === 'distinct') sees = false
    if (!sees || stage.kind !== 'lineFilter') {
      remaining.push(stage)
      continue
    }
    const terms = stage.terms.map(exactPredicate)
    if (terms.every((term) => term !== null)) {
      const any: LinePredicate = terms.length === 1 ? terms[0]! : { op: 'or', of: terms }
      conditions.push(stage.negated ? { op: 'not', of: any } : any)
      continue
    }
    remaining.push(stage)
    if (!stage.negated && stage.terms.length === 1) conditions.push(...necessary(stage.terms[0]!))
  }
  const where: LinePredicate | undefined = conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0]
  return { filter: { matchers: selector, ...(where && { where }) }, stages: remaining }
}

function exactPredicate({ how, text }: LineTerm): LinePredicate | null {
  if (how === 'contains') return text === '' ? { op: 'and', of: [] } : { op: 'contains', text, caseSensitive: true }
  return how === 'matches' ? { op: 'matches', pattern: anyCharacter(text) } : null
}

/** What a line that the term finds certainly contains. */
function necessary({ how, text }: LineTerm): LinePredicate[] {
  if (how !== 'pattern') return []
  return linePattern(text, 'filter').literals.map((literal) => ({ op: 'contains', text: literal, caseSensitive: true }))
}

/** What LogQL needs of a store. */
export type LineSource = Pick<LogStore, 'scan'>

export interface Span {
  fromNs: bigint
  toNs: bigint
  direction: 'backward' | 'forward'
}

/** Longest stretch of work before others get their turn, ms. */
const sliceMs = 8
const rowsBetweenLooks = 128

/** Gives every selected row to `take` until that answers false. Lets others work in between, and ends when told. */
export async function eachRow(
  store: LineSource,
  filter: Selection['filter'],
  span: Span,
  options: LogOptions,
  take: (row: LogRow) => boolean | void,
): Promise<void> {
  const turn = new Turn(options)
  for await (const rows of store.scan({ ...filter, ...span }, options)) {
    for (let at = 0; at < rows.length; at++) {
      if (take(rows[at]!) === false) return
      if (at % rowsBetweenLooks === 0 && turn.isOver) await turn.pass()
    }
    turn.check()
  }
}

/** Long work in this thread, done in turns with whoever waits. */
export class Turn {
  readonly #options: LogOptions
  readonly #deadlineMs: number
  #beganMs = performance.now()

  constructor(options: LogOptions) {
    this.#options = options
    this.#deadlineMs = this.#beganMs + (options.limits?.timeoutMs ?? Infinity)
  }

  get isOver(): boolean {
    return performance.now() - this.#beganMs > sliceMs
  }

  /** @throws AppError QUERY_TIMEOUT; the signal's reason when the caller has left */
  async pass(): Promise<void> {
    await new Promise((resolve) => void setImmediate(resolve))
    this.#beganMs = performance.now()
    this.check()
  }

  check(): void {
    this.#options.signal?.throwIfAborted()
    if (performance.now() > this.#deadlineMs) {
      throw new AppError('QUERY_TIMEOUT', 'the query took too long; narrow its time range or its selector')
    }
  }
}

import { durationNs } from './literals.ts'

/**
 * What Loki understands and the grammar does not, made equal in length so that positions stay: `offset` behind a range
 * that follows `unwrap`, `| distinct`, and the selector `{}`.
 */
export interface Accommodated {
  text: string
  /** Offsets, by the position at which their range ends, in nanoseconds. */
  offsetsNs: Map<number, number>
  /** Where stages stand that read `drop` but say `distinct`. */
  distinctAt: Set<number>
}

const skipped = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/y
const offset = /\s*offset\s+(-?[\d.]+[\w.µμ]*)/y
const distinct = /\|(\s*)distinct(?=\s+[a-zA-Z_]\w*\s*(?:[,|)[]|$|\s[^=!<>~\s]))/y
const empty = /\{\s*\}/y

export function accommodate(query: string): Accommodated {
  const offsetsNs = new Map<number, number>()
  const distinctAt = new Set<number>()
  let text = ''
  for (let at = 0; at < query.length;) {
    const quoted = matchAt(skipped, query, at)
    const shift = query[at - 1] === ']' ? matchAt(offset, query, at) : null
    const stage = query[at] === '|' ? matchAt(distinct, query, at) : null
    const selector = query[at] === '{' ? matchAt(empty, query, at) : null
    if (shift && !Number.isNaN(durationNs(shift[1]!))) {
      offsetsNs.set(at, durationNs(shift[1]!))
      text += ' '.repeat(shift[0].length)
    } else if (stage) {
      distinctAt.add(at + 1 + stage[1]!.length)
      text += `|${stage[1]}drop    `
    } else if (selector) throw new EmptySelector(at, at + selector[0].length)
    else text += quoted ? quoted[0] : query[at]!
    at = text.length
  }
  return { text, offsetsNs, distinctAt }
}

export class EmptySelector extends Error {
  readonly from: number
  readonly to: number

  constructor(from: number, to: number) {
    super('empty selector')
    this.from = from
    this.to = to
  }
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

import { durationNs } from '#kernel/duration.ts'

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
    // The grammar would try every character of it for a beginning.
    if (!quoted && (query[at] === '"' || query[at] === '`')) throw new Unparsable(at, query.length, noEnd)
    const shift = query[at - 1] === ']' ? matchAt(offset, query, at) : null
    const stage = query[at] === '|' ? matchAt(distinct, query, at) : null
    const selector = query[at] === '{' ? matchAt(empty, query, at) : null
    if (shift && !Number.isNaN(durationNs(shift[1]!))) {
      offsetsNs.set(at, durationNs(shift[1]!))
      text += ' '.repeat(shift[0].length)
    } else if (stage) {
      distinctAt.add(at + 1 + stage[1]!.length)
      text += `|${stage[1]}drop    `
    } else if (selector) throw new Unparsable(at, at + selector[0].length, unselective)
    else text += quoted ? quoted[0] : query[at]!
    at = text.length
  }
  return { text, offsetsNs, distinctAt }
}

const noEnd = 'literal not terminated: the string has no closing quote'

export const unselective =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'

/** What no grammar needs to look at. */
export class Unparsable extends Error {
  readonly from: number
  readonly to: number

  constructor(from: number, to: number, message: string) {
    super(message)
    this.from = from
    this.to = to
  }
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

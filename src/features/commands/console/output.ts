import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'

export type Piece = Reply<Api['GET /commands/{command_id}/output']>['output'][number]

/** What is known of what a command wrote, in order. */
export interface Output {
  pieces: readonly Piece[]
  /** More came than is kept. */
  truncated: boolean
}

export interface OutputLine {
  /** Number of the piece it begins in and its place there. */
  key: string
  stream: Piece['stream']
  text: string
}

export const nothing: Output = { pieces: [], truncated: false }

export const lastSeq = ({ pieces }: Output): number => pieces.at(-1)?.seq ?? -1

/** With pieces that came, each once, in order. */
export function withPieces(known: Output, came: readonly Piece[], truncated = known.truncated): Output {
  const last = lastSeq(known)
  const fresh = came.filter(({ seq }) => seq > last).toSorted((a, b) => a.seq - b.seq)
  const pieces = fresh.filter(({ seq }, index) => index === 0 || seq !== fresh[index - 1]!.seq)
  return pieces.length === 0 && truncated === known.truncated
    ? known
    : { pieces: pieces.length === 0 ? known.pieces : [...known.pieces, ...pieces], truncated }
}

/** Whether these follow on what is known without a gap. */
export const isNext = (known: Output, came: readonly Piece[]): boolean =>
  came.every(({ seq }) => seq <= lastSeq(known) + came.length) && came.some(({ seq }) => seq <= lastSeq(known) + 1)

/** Lines as a terminal would have them: pieces end anywhere, and the two streams do not break each other's lines. */
export function linesOf(pieces: readonly Piece[]): OutputLine[] {
  const lines: OutputLine[] = []
  const unfinished: Partial<Record<Piece['stream'], OutputLine>> = {}
  for (const { seq, stream, text } of pieces) {
    const parts = text.split('\n')
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1
      const begun = unfinished[stream]
      if (begun) begun.text += part
      else if (!isLast || part !== '') {
        unfinished[stream] = { key: `${seq}.${index}`, stream, text: part }
        lines.push(unfinished[stream])
      }
      if (!isLast) delete unfinished[stream]
    }
  }
  return lines.map((line) => ({ ...line, text: plain(line.text) }))
}

// Sequences with `[`, titles and links with `]`, strings with P, X, ^ and _, and those of one letter.
const escapes =
  // oxlint-disable-next-line no-control-regex
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[PX^_][^\u001B]*(?:\u001B\\)?|[ -/]*[0-~])/g
// Signs that nobody would see, and those that turn the order of others around.
// oxlint-disable-next-line no-control-regex
const invisible = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

/** Without colours and movements of the cursor; after a carriage return what stood before is written over. */
export function plain(text: string): string {
  const shown = text.replace(escapes, '').replace(/\r+$/, '')
  return shown.slice(shown.lastIndexOf('\r') + 1).replace(invisible, (sign) => {
    const hex = sign.codePointAt(0)!.toString(16)
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

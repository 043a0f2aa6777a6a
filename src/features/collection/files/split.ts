export interface Split {
  events: string[]
  /** Bytes that the events take; what follows is not complete yet. */
  consumed: number
}

interface Options {
  /** Where lines belong together: whether a new event begins with this one. */
  isStart?: ((line: string) => boolean) | undefined
  /** Takes the last event, too, though it may go on: its complete lines, or all there is. */
  flush?: 'lines' | 'all' | undefined
}

/** An event that is longer goes on as another one. */
export const eventBytesMax = 128 * 1024
const linesPerEventMax = 1_000

interface Piece {
  from: number
  to: number
  /** Where the next one begins. */
  end: number
}

/** Whole lines, or groups of lines, out of what was read of a file. */
export function split(bytes: Buffer, { isStart, flush }: Options = {}): Split {
  const pieces = piecesOf(bytes, flush === 'all')
  if (!isStart) return { events: textsOf(bytes, pieces), consumed: pieces.at(-1)?.end ?? 0 }
  const groups: Piece[] = []
  let open: (Piece & { lines: number }) | undefined
  for (const piece of pieces) {
    const fits = open && open.lines < linesPerEventMax && piece.to - open.from <= eventBytesMax
    if (open && fits && !isStart(textOf(bytes, piece))) open = { ...piece, from: open.from, lines: open.lines + 1 }
    else {
      if (open) groups.push(open)
      open = { ...piece, lines: 1 }
    }
  }
  if (open && flush) groups.push(open)
  return { events: textsOf(bytes, groups), consumed: groups.at(-1)?.end ?? 0 }
}

function piecesOf(bytes: Buffer, takeRest: boolean): Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(0x0a, at)
    const to = found === -1 ? bytes.length : found
    if (to - at > eventBytesMax) {
      const cut = betweenCharacters(bytes, at + eventBytesMax)
      pieces.push({ from: at, to: cut, end: cut })
      at = cut
      continue
    }
    if (found === -1 && !takeRest) break
    const end = found === -1 ? to : found + 1
    pieces.push({ from: at, to, end })
    at = end
  }
  return pieces
}

/** At most three bytes back, so that a character of UTF-8 is not torn. */
function betweenCharacters(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back++) if ((bytes[at - back]! & 0xc0) !== 0x80) return at - back
  return at
}

const textsOf = (bytes: Buffer, pieces: readonly Piece[]): string[] =>
  pieces.map((piece) => textOf(bytes, piece)).filter((text) => text !== '')

/** A program that goes on writing after its file was emptied leaves a hole of zeros before. */
const textOf = (bytes: Buffer, { from, to }: Piece): string =>
  bytes.toString('utf8', from, to).replace(/^\0+/, '').trimEnd()

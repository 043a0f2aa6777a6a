import type { StatusLevel } from '#console/ui/Status.tsx'
import { cx } from '#console/ui/cx.ts'
import { piecesOf, type Piece } from './lineText.ts'

const colours: Record<StatusLevel, string> = {
  ok: 'text-ok',
  info: 'text-info',
  warn: 'text-warn',
  error: 'text-error',
  critical: 'text-critical',
  unknown: 'text-unknown',
}

interface LineTextProps {
  line: string
  marked?: readonly string[]
  charactersMax?: number | undefined
}

/** A line as text and nothing else: its colours kept, its invisible signs made visible, what was taken out named. */
export const LineText = ({ line, marked, charactersMax }: LineTextProps) =>
  piecesOf(line, marked, charactersMax).map((piece, index) => (
    // The pieces of one line never change places.
    // oxlint-disable-next-line react/no-array-index-key
    <PieceText key={index} piece={piece} />
  ))

function PieceText({ piece: { text, isControl, isRedacted, isMarked, level, isBold } }: { piece: Piece }) {
  if (isRedacted) {
    return <span className="rounded-sm border border-border bg-hover px-1 text-muted">‹redacted:{text}›</span>
  }
  if (isControl) return <span className="text-faint">{text}</span>
  const look = cx(level && colours[level], isBold && 'font-semibold')
  if (isMarked) return <mark className={look || undefined}>{text}</mark>
  return look ? <span className={look}>{text}</span> : text
}

import type { StatusLevel } from '#console/ui/Status.tsx'

/** A stretch of a line that is shown in one way. */
export interface Piece {
  text: string
  /** A sign that nobody would see: shown as its name. */
  isControl?: boolean
  /** Something was taken out here before the line was stored; the text is what kind of thing. */
  isRedacted?: boolean
  isMarked?: boolean
  /** Colour that the program gave it. */
  level?: StatusLevel
  isBold?: boolean
}

/** Longer lines are cut; the details have the whole. */
export const shownCharactersMax = 4_000

interface Style {
  level?: StatusLevel
  isBold?: boolean
}

const controlNames: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' }

// What the escape begins is removed: sequences with `[`, titles and links with `]`, and those of one letter.
// oxlint-disable-next-line no-control-regex
const escapes = /\u001B(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g
// Escapes in both directions and signs that turn the order of others around.
// oxlint-disable-next-line no-control-regex
const special = /‹redacted:([\w-]{1,40})›|[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

const levelByColour: Record<number, StatusLevel> = {
  1: 'error',
  2: 'ok',
  3: 'warn',
  4: 'info',
  5: 'critical',
  6: 'info',
}

/** The pieces a line is shown as. Only text comes out of it, whatever goes in. */
export function piecesOf(line: string, marked: readonly string[] = [], charactersMax = shownCharactersMax): Piece[] {
  const shown = line.length > charactersMax ? `${line.slice(0, charactersMax)}…` : line
  const pieces: Piece[] = []
  let style: Style = {}
  let from = 0
  for (const match of shown.matchAll(escapes)) {
    pieces.push(...plainPieces(shown.slice(from, match.index), style))
    if (match[2] === 'm') style = styled(style, match[1]!)
    from = match.index + match[0].length
  }
  pieces.push(...plainPieces(shown.slice(from), style))
  return marked.length === 0 ? pieces : pieces.flatMap((piece) => markedPieces(piece, marked))
}

function styled(before: Style, codes: string): Style {
  let style = before
  const numbers = codes.split(/[;:]/).map(Number)
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at]!
    if (code === 0) style = {}
    else if (code === 1) style = { ...style, isBold: true }
    else if (code === 39) style = withoutLevel(style)
    else if (code === 38 || code === 48) {
      const isPalette = numbers[at + 1] === 5
      const colour = isPalette ? paletteColour(numbers[at + 2] ?? 0) : numbers.slice(at + 2, at + 5)
      if (code === 38) style = colouredAs(style, levelOf(colour))
      at += isPalette ? 2 : 4
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      style = colouredAs(style, levelByColour[code % 10])
    }
  }
  return style
}

const colouredAs = (style: Style, level: StatusLevel | undefined): Style =>
  level ? { ...style, level } : withoutLevel(style)

/** Red, green and blue of the 256 colours of terminals: 16 named ones, a cube of 6 steps each, greys. */
function paletteColour(number: number): number[] {
  if (number < 16) return [1, 2, 4].map((bit) => ((number % 8) & bit ? 1 : 0))
  if (number > 231) return [1, 1, 1]
  return [36, 6, 1].map((unit) => Math.floor((number - 16) / unit) % 6)
}

/** Where a hue ends, degrees; what is red begins and ends the circle. */
const hueEnds: [degrees: number, StatusLevel][] = [
  [20, 'error'],
  [75, 'warn'],
  [165, 'ok'],
  [265, 'info'],
  [345, 'critical'],
  [360, 'error'],
]

/** The level that looks like a colour; greys have none. Other colours could not be read on every background. */
function levelOf([red = 0, green = 0, blue = 0]: readonly number[]): StatusLevel | undefined {
  const most = Math.max(red, green, blue)
  const range = most - Math.min(red, green, blue)
  if (range <= most / 4) return undefined
  const sector =
    most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range
  const degrees = (sector * 60 + 360) % 360
  return hueEnds.find(([end]) => degrees < end)?.[1]
}

const withoutLevel = ({ level: _level, ...style }: Style): Style => style

function plainPieces(text: string, style: Style): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(special)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), ...style })
    const kind = match[1]
    pieces.push(
      kind === undefined ? { text: controlName(match[0]), isControl: true } : { text: kind, isRedacted: true },
    )
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), ...style })
  return pieces
}

/** As programmers write it: every font has these letters. */
function controlName(sign: string): string {
  const hex = sign.codePointAt(0)!.toString(16)
  return controlNames[sign] ?? (hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
}

function markedPieces(piece: Piece, marked: readonly string[]): Piece[] {
  if (piece.isControl || piece.isRedacted) return [piece]
  const pattern = new RegExp(
    marked.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'),
    'gi',
  )
  const pieces: Piece[] = []
  let from = 0
  for (const match of piece.text.matchAll(pattern)) {
    if (match.index > from) pieces.push({ ...piece, text: piece.text.slice(from, match.index) })
    pieces.push({ ...piece, text: match[0], isMarked: true })
    from = match.index + match[0].length
  }
  if (from < piece.text.length) pieces.push({ ...piece, text: piece.text.slice(from) })
  return pieces
}

const messageNames = ['message', 'msg', 'event', 'body', 'log']
const saidElsewhere = new Set([
  'level',
  'severity',
  'lvl',
  'time',
  'timestamp',
  'ts',
  '@timestamp',
  'service',
  ...messageNames,
])
const restMax = 12

/** What is read first of a line, and the fields beside it. */
export interface Summary {
  message: string
  rest: [name: string, value: string][]
}

interface Line {
  line: string
  fields: Record<string, string>
  metadata: Record<string, string>
}

/** Of a line that is JSON or logfmt the message, of any other the line itself; then what came in it and beside it. */
export function summaryOf({ line, fields, metadata }: Line): Summary {
  const name = messageNames.find((candidate) => fields[candidate] !== undefined)
  const isStructured = name !== undefined && (line.startsWith('{') || line.includes(`${name}=`))
  const beside = Object.entries({ ...(isStructured && fields), ...metadata })
  const rest = beside.filter(([field, value]) => !saidElsewhere.has(field) && value !== '')
  return { message: isStructured ? fields[name]! : line, rest: rest.slice(0, restMax) }
}

/** The first lines that are shown of many, and the last. */
const foldedHead = 2
const foldedTail = 1

/**
 * The lines of a message; of many the first and the last, which are what one looks for in a stack trace, those that
 * hold something marked, and how many were left out in between.
 */
export function foldedLines(message: string, marked: readonly string[] = []): (string | number)[] {
  const lines = message.trimEnd().split(/\r?\n/)
  if (lines.length <= foldedHead + foldedTail) return lines
  const sought = marked.map((text) => text.toLowerCase())
  const parts: (string | number)[] = []
  for (const [index, line] of lines.entries()) {
    const isAtEnd = index < foldedHead || index >= lines.length - foldedTail
    if (isAtEnd || sought.some((text) => line.toLowerCase().includes(text))) parts.push(line)
    else if (typeof parts.at(-1) === 'number') parts[parts.length - 1] = (parts.at(-1) as number) + 1
    else parts.push(1)
  }
  return parts
}

/** A field of the line wherever it came with it. */
export const fieldOf = (
  row: { fields: Record<string, string>; metadata: Record<string, string>; labels: Record<string, string> },
  name: string,
): string | undefined => row.fields[name] ?? row.metadata[name] ?? row.labels[name]

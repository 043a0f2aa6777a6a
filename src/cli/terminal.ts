import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { styleText } from 'node:util'
import { escapeControls } from '#platform/logging/escape.ts'
import { alignedTable, plainTable, type Column } from './table.ts'

type Style = Parameters<typeof styleText>[0]

/** Text with a look, which it has only where colours are shown. */
export interface Styled {
  style: Style
  text: string
}

type Part = string | Styled

export interface TerminalOptions {
  json: boolean
  plain: boolean
  quiet: boolean
  /** False: never ask. */
  input: boolean
  /** False: no colours, whatever the terminal can do. */
  color: boolean
}

/**
 * Where a command speaks: data to standard output, talk to standard error. Control characters in
 * whatever is said are shown, never sent.
 */
export interface Terminal {
  readonly options: TerminalOptions
  /** Whether a person sits there who can be asked. */
  readonly canAsk: boolean
  /** Data. */
  out(...parts: Part[]): void
  /** Talk; silent with --quiet. */
  say(...parts: Part[]): void
  /** Talk that is never silent. */
  warn(...parts: Part[]): void
  /** A value for people by `human`, with --json as it is. */
  result<T>(value: T, human: (value: T) => void): void
  table<T>(rows: readonly T[], columns: readonly Column<T>[]): void
  /** A list: with --json the rows as they are, else a table. `empty` is said when there is none. */
  list<T>(rows: readonly T[], columns: readonly Column<T>[], empty: string): void
  /** `name  value` lines. */
  fields(pairs: readonly [name: string, value: string | number | boolean | null | undefined][]): void
  /** Shows on a terminal that something takes its time; the function takes it away again. */
  progress(text: string): () => void
}

export const bold = (text: string): Styled => ({ style: 'bold', text })
export const dim = (text: string): Styled => ({ style: 'dim', text })
export const red = (text: string): Styled => ({ style: 'red', text })
export const yellow = (text: string): Styled => ({ style: 'yellow', text })
export const green = (text: string): Styled => ({ style: 'green', text })

export function createTerminal(options: TerminalOptions): Terminal {
  const render = (stream: NodeJS.WriteStream, parts: Part[]): string =>
    parts
      .map((part) => {
        if (typeof part === 'string') return shown(part)
        return options.color ? styleText(part.style, shown(part.text), { stream }) : shown(part.text)
      })
      .join('')
  const line =
    (stream: NodeJS.WriteStream) =>
    (...parts: Part[]): void =>
      void stream.write(`${render(stream, parts)}\n`)

  const out = line(process.stdout)
  const warn = line(process.stderr)
  const say: Terminal['say'] = options.quiet ? () => undefined : warn
  const outJson = (value: unknown): void => out(JSON.stringify(value, null, 2))

  const table: Terminal['table'] = (rows, columns) => {
    if (options.plain) return plainTable(rows, columns).forEach((text) => process.stdout.write(`${text}\n`))
    const { head, body } = alignedTable(rows, columns)
    out(bold(head))
    for (const text of body) out(text)
  }

  return {
    options,
    canAsk: options.input && process.stdin.isTTY && process.stderr.isTTY,
    out,
    say,
    warn,
    result: (value, human) => (options.json ? outJson(value) : human(value)),
    table,
    list: (rows, columns, empty) => {
      if (options.json) outJson(rows)
      else if (rows.length > 0) table(rows, columns)
      else say(empty)
    },
    fields: (pairs) => {
      const width = Math.max(...pairs.map(([name]) => name.length))
      for (const [name, value] of pairs) {
        if (options.plain) process.stdout.write(`${name}\t${shown(String(value ?? ''))}\n`)
        else out(dim(name.padEnd(width + 2)), String(value ?? '–'))
      }
    },
    progress: (text) => {
      if (options.quiet || !process.stderr.isTTY) return () => undefined
      process.stderr.write(`${render(process.stderr, [dim(text)])}\r`)
      return () => void process.stderr.write('\x1b[2K\r')
    },
  }
}

const shown = (text: string): string => text.split('\n').map(escapeControls).join('\n')

/** Resolves when the reader of standard output has taken what was written. */
export async function drained(): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
}

/** Passes bytes on to standard output; on a terminal control characters are shown, not sent. */
export async function pipeOut(source: Readable): Promise<void> {
  await pipeline(source.setEncoding('utf8'), process.stdout.isTTY ? escaped : asTheyAre, process.stdout, { end: false })
}

async function* escaped(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield shown(text)
}

async function* asTheyAre(texts: AsyncIterable<string>): AsyncGenerator<string> {
  yield* texts
}

import { styleText } from 'node:util'
import { escapeControls } from './escape.ts'
import { isLogLevel, type LogLevel } from './level.ts'

/** One line, redacted but not yet written. */
export interface Line {
  time: string
  level: LogLevel
  component: string
  msg: string
  fields: Record<string, unknown>
}

/** Turns a line into what is written for it, end of line included. */
export type Format = (line: Line) => string

export const jsonFormat: Format = ({ fields, ...head }) => `${escapeControls(JSON.stringify({ ...head, ...fields }))}\n`

const colours = { DEBUG: 'gray', INFO: 'green', WARNING: 'yellow', ERROR: 'red', CRITICAL: 'magenta' } as const

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

const inStyle: Paint = (style, text) => styleText(style, text, { validateStream: false })
const plain: Paint = (_, text) => text

/** `2026-01-31T08:00:00.123Z INFO     http  request finished status=200`, in colours if asked. */
export const textFormat =
  (inColour: boolean): Format =>
  ({ time, level, component, msg, fields }) => {
    const paint = inColour ? inStyle : plain
    const pairs = flatten(fields).map(([key, value]) => `${paint('gray', `${shownKey(key)}=`)}${shownValue(value)}`)
    const head = [
      paint('gray', time),
      paint(colours[level], level.padEnd(8)),
      `${paint('cyan', escapeControls(component))} `,
    ]
    return `${[...head, escapeControls(msg), ...pairs].join(' ')}\n`
  }

/** `{err: {code: 'X'}}` as `err.code=X`. */
export function flatten(fields: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(fields).flatMap(([key, value]): [string, unknown][] =>
    isRecord(value) && Object.keys(value).length > 0
      ? flatten(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value]],
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shownKey = (key: string): string => escapeControls(key).replaceAll(/[\s="]/g, '_')

const bare = /^[\p{L}\p{N}_.:/@%+,;‹›()-]+$/u
const shownValue = (value: unknown): string => {
  if (typeof value === 'string' && bare.test(value)) return value
  return escapeControls(JSON.stringify(value) ?? '')
}

/** Reads a line as pino writes it, with whatever `redact` takes out of it. */
export function parseLine(json: string, redact: (value: unknown) => unknown): Line {
  const { time, level, ...rest } = JSON.parse(json) as Record<string, unknown>
  const { component, msg, ...fields } = redact(rest) as Record<string, unknown>
  return {
    time: String(time),
    level: isLogLevel(level) ? level : 'INFO',
    component: String(component),
    msg: msg === undefined ? '' : String(msg),
    fields,
  }
}

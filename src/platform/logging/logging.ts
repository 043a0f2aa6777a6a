import { setTimeout as wait } from 'node:timers/promises'
import { styleText } from 'node:util'
import pino from 'pino'
import type { Config } from '#platform/config/config.ts'
import { complain, writeStdout } from './consoleOutput.ts'
import { describeError } from './describeError.ts'
import { jsonFormat, parseLine, textFormat, type Format, type Line } from './format.ts'
import { parseLogLevel, type LogLevel } from './level.ts'
import { redactValue } from './redact.ts'
import { rotatingFile } from './rotatingFile.ts'
import { queueSink, type Sink } from './sink.ts'

/** Give each part its own by `log.child({ component: 'http' })`. */
export type Logger = pino.Logger

/** Told of every line that is written, redacted as it is written; must neither wait nor throw. */
export type LineListener = (line: Line) => void

/** Lines as they are written; the returned function ends it. */
export type LineFeed = (listener: LineListener) => () => void

export interface Logging {
  log: Logger
  lines: LineFeed
  /** Call before the process ends: resolves when all lines are written, or after 2 s if they cannot be. */
  flush(): Promise<void>
  /** Takes effect at once, in every child too. `log_level` does so by itself when it changes. */
  setLevel(level: LogLevel): void
}

/** Where lines and complaints about logging itself go instead of standard output and error. */
export interface Streams {
  console?: NodeJS.WritableStream
  complain?: (text: string) => void
}

interface Output {
  format: Format
  sink: Sink
}

const flushTimeoutMs = 2_000

const pinoLevels = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error', CRITICAL: 'fatal' } as const

/**
 * A logger writing to the console (standard output), to `log_file`, or both. Every line is redacted and
 * holds no control characters, so none can be forged. A full disk loses lines, never the process.
 */
export function createLogger(config: Config, streams: Streams = {}): Logging {
  const outputs = openOutputs(config, streams)
  const listeners = new Set<LineListener>()
  const write = (json: string): void => {
    const line = parseLine(json, redactValue)
    for (const { format, sink } of outputs) sink.write(format(line))
    for (const listener of listeners) listener(line)
  }
  const lines: LineFeed = (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const log = pino(
    {
      level: pinoLevels[config.get('log_level')],
      base: { component: 'miktos' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Errors are data already; pino's own serializer would describe them a second time.
      serializers: { err: (described: unknown) => described },
      formatters: { level: (label) => ({ level: parseLogLevel(label) }), log: prepare },
    },
    { write },
  )
  const setLevel = (level: LogLevel): void => {
    log.level = pinoLevels[level]
  }
  config.onChange((keys) => {
    if (keys.includes('log_level')) setLevel(config.get('log_level'))
  })
  return { log, lines, setLevel, flush: () => flushAll(outputs) }
}

const flushAll = async (outputs: Output[]): Promise<void> => {
  await Promise.race([
    Promise.all(outputs.map(({ sink }) => sink.flush())),
    wait(flushTimeoutMs, undefined, { ref: false }),
  ])
}

const reserved = new Set(['time', 'level', 'component'])

/** Fields of a line: errors as data under any name, and none that poses as the line's own time, level or component. */
const prepare = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]: [string, unknown]) => [
      reserved.has(key) ? `${key}_` : key,
      value instanceof Error ? describeError(value) : value,
    ]),
  )

function openOutputs(config: Config, streams: Streams): Output[] {
  const destination = config.get('log_destination')
  const path = config.get('log_file')
  const outputs: Output[] = []
  if (destination !== 'file') outputs.push(consoleOutput(config, streams))
  if (destination !== 'console' && path !== undefined) outputs.push(fileOutput(config, path, streams))
  return outputs
}

function consoleOutput(config: Config, streams: Streams): Output {
  const stream = streams.console ?? process.stdout
  // `styleText` knows terminals and NO_COLOR.
  const inColour = styleText('red', '.', { stream }) !== '.'
  const deliver = streams.console === undefined ? writeStdout : writeStream(streams.console)
  return output(
    config.get('log_format') === 'text' ? textFormat(inColour) : jsonFormat,
    deliver,
    'the console',
    streams,
  )
}

function fileOutput(config: Config, path: string, streams: Streams): Output {
  const deliver = rotatingFile({
    path,
    bytesMax: config.get('log_file_bytes_max'),
    filesMax: config.get('log_files_max'),
  })
  return output(config.get('log_format') === 'text' ? textFormat(false) : jsonFormat, deliver, path, streams)
}

function output(format: Format, deliver: (lines: string[]) => Promise<void>, place: string, streams: Streams): Output {
  const tell = streams.complain ?? complain
  const sink = queueSink({
    deliver,
    onFailure: (error) =>
      tell(
        `miktos: log lines cannot be written to ${place} and are lost: ${error instanceof Error ? error.message : String(error)}`,
      ),
    describeLoss: (count) =>
      format({
        time: new Date().toISOString(),
        level: 'WARNING',
        component: 'logging',
        msg: 'log lines were lost',
        fields: { count },
      }),
  })
  return { format, sink }
}

function writeStream(stream: NodeJS.WritableStream): (lines: string[]) => Promise<void> {
  stream.on('error', () => {})
  return (lines) =>
    new Promise((resolve, reject) => {
      stream.write(lines.join(''), (error) => (error ? reject(error) : resolve()))
    })
}

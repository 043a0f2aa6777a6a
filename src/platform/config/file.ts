import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type * as Yaml from 'yaml'
import { yaml } from '../later.ts'
import { didYouMean } from './nearest.ts'
import { isSettingKey, settingKeys } from './settings.ts'
import type { Given, Problem, Reading } from './source.ts'

const fileName = 'miktos.yaml'

/** Where `miktos.yaml` may lie; to have it in both places is a problem, since one would silently lose. */
export function findConfigFile(directories: string[]): { path: string | undefined; problems: Problem[] } {
  const found = [...new Set(directories.map((directory) => join(directory, fileName)))].filter((path) =>
    existsSync(path),
  )
  const problem = {
    setting: fileName,
    source: found.join(' and '),
    message: 'exists twice; keep one, or name it with --config',
  }
  return { path: found[0], problems: found.length > 1 ? [problem] : [] }
}

/** Reads `key: value` lines of a YAML file; a value's source is its line, `miktos.yaml:12`. */
export function readConfigFile(path: string): Reading {
  const text = readText(path)
  if (typeof text !== 'string') return { given: [], problems: [text] }

  const { isMap, LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number): string => `${basename(path)}:${lines.linePos(offset).line}`
  if (document.errors.length > 0) {
    return {
      given: [],
      problems: document.errors.map((error) => ({
        setting: basename(path),
        source: at(error.pos[0]),
        message: firstLine(error.message),
      })),
    }
  }
  if (document.contents === null) return { given: [], problems: [] }
  if (!isMap(document.contents)) {
    return {
      given: [],
      problems: [{ setting: basename(path), source: at(0), message: 'must hold lines of "key: value"' }],
    }
  }

  const reading: Reading = { given: [], problems: [] }
  for (const pair of document.contents.items) {
    const read = readPair(pair, at)
    if (read === undefined) continue
    if ('message' in read) reading.problems.push(read)
    else reading.given.push(read)
  }
  return reading
}

function readPair({ key, value }: Yaml.Pair, at: (offset: number) => string): Given | Problem | undefined {
  const { isScalar } = yaml()
  const name = String(isScalar(key) ? key.value : key)
  const line = at(isScalar(key) ? (key.range?.[0] ?? 0) : 0)
  if (!isSettingKey(name))
    return { setting: name, source: line, message: `is not a setting${didYouMean(name, settingKeys)}` }
  const raw = plain(value)
  return raw === null || raw === '' ? undefined : { key: name, raw, source: { kind: 'file', name: line } }
}

const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
    ? value.toJSON()
    : value

function readText(path: string): string | Problem {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return { setting: basename(path), source: path, message: `cannot be read: ${(error as Error).message}` }
  }
}

const firstLine = (text: string): string => text.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')

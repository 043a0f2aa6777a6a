import type { SettingKey } from './settings.ts'

/** Where a value comes from: a flag `--server-port`, a variable `MIKTOS_SERVER_PORT`, a line `miktos.yaml:12`. */
export interface Source {
  kind: 'flag' | 'env' | 'env-file' | 'dotenv' | 'file' | 'database' | 'default'
  name: string
}

/** A value as it was written, before anybody judged it. */
export interface Given {
  key: SettingKey
  raw: unknown
  source: Source
}

export interface Problem {
  /** The key, or the unknown name as it was written. */
  setting: string
  /** In words: `MIKTOS_SERVER_PORT in .env`. */
  source: string
  message: string
}

/** What one place says: strongest value of a key first. */
export interface Reading {
  given: Given[]
  problems: Problem[]
}

export const sourceText = (source: Source): string => {
  if (source.kind === 'dotenv') return `${source.name} in .env`
  return source.name
}

/** The configuration cannot be used; `problems` holds everything that is wrong with it, not only the first. */
export class ConfigError extends Error {
  readonly problems: Problem[]

  constructor(problems: Problem[]) {
    super(problems.map(({ setting, source, message }) => `${setting} (${source}): ${message}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

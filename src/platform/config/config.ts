import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { absolute, defaultsFor, type Surroundings } from './defaults.ts'
import { readDotenv, readEnvironment, type Environment } from './environment.ts'
import { findConfigFile, readConfigFile } from './file.ts'
import { readFlags } from './flags.ts'
import { createConfig } from './live.ts'
import { parseSetting } from './parse.ts'
import { breaches } from './rules.ts'
import { settingOf, type SettingKey, type Settings } from './settings.ts'
import { ConfigError, sourceText, type Given, type Problem } from './source.ts'
import type { SettingView } from './view.ts'

export type { SettingKey, Settings } from './settings.ts'
export { ConfigError, type Problem } from './source.ts'
export type { SettingView } from './view.ts'

/** Edits that were found good: what to store, and what each of them changes. */
export interface Plan {
  /** To store by key; null takes the stored value away, so that the default holds again. */
  values: Partial<Record<SettingKey, unknown>>
  changes: { key: SettingKey; before: unknown; after: unknown }[]
}

export interface Config {
  /** The value now; of an editable setting it may differ at the next call. */
  get<K extends SettingKey>(key: K): Settings[K]
  describe(): SettingView[]
  /**
   * Judges edits at run time and applies nothing. A value of null asks for the default.
   * @throws AppError VALIDATION_FAILED with `fields`, or SETTING_LOCKED with `setting`, `source`, `reason`.
   */
  plan(changes: Record<string, unknown>): Plan
  /**
   * Takes over all values stored in the database: at start, and whenever any process changed them.
   * A stored value that is no longer good is left out and shows up in `problems()`.
   */
  applyStored(values: Record<string, unknown>): void
  /** What is wrong with stored values. */
  problems(): Problem[]
  /** Calls `listener` with the keys whose value changed; returns how to end that. */
  onChange(listener: (keys: SettingKey[]) => void): () => void
}

interface Input {
  /** Flags only: what follows the command. */
  argv: string[]
  env: Environment
  cwd: string
  isTerminal?: boolean
}

/**
 * Reads and judges every setting. Strongest first: flags, `MIKTOS_*`, names of older systems, `.env`,
 * `miktos.yaml`, values stored at run time, defaults.
 * @throws ConfigError listing all that is wrong
 */
export function loadConfig({ argv, env, cwd, isTerminal = process.stdout.isTTY }: Input): Config {
  const around: Surroundings = { cwd, isTerminal }
  const { given, problems } = readEverything({ argv, env, cwd })
  const winners = new Map(given.toReversed().map((one) => [one.key, one]))

  const values = new Map<SettingKey, unknown>()
  for (const [key, { raw, source }] of winners) {
    const parsed = parseSetting(key, raw)
    if ('message' in parsed) problems.push({ setting: key, source: sourceText(source), message: parsed.message })
    else values.set(key, absolute(key, parsed.value, cwd))
  }

  const defaults = defaultsFor(values, around)
  problems.push(...brokenRules({ ...defaults, ...Object.fromEntries(values) }, winners, problems))
  if (problems.length > 0) throw new ConfigError(problems)
  return createConfig(values, new Map(given.toReversed().map(({ key, source }) => [key, source])), defaults)
}

/** All that anybody wrote, strongest first. */
function readEverything({ argv, env, cwd }: Omit<Input, 'isTerminal'>): { given: Given[]; problems: Problem[] } {
  const flags = readFlags(argv)
  const dotenv = readDotenv(join(cwd, '.env'))
  const readings = [flags, readEnvironment(env, 'env'), readEnvironment(dotenv.env, 'dotenv')]
  const given = readings.flatMap((reading) => reading.given)

  const named = flags.config ?? (env.MIKTOS_CONFIG || dotenv.env.MIKTOS_CONFIG || undefined)
  const dataDir = given.find(({ key }) => key === 'data_dir')?.raw ?? settingOf('data_dir').initial
  const found =
    named === undefined
      ? findConfigFile([cwd, resolve(cwd, String(dataDir))])
      : { path: resolve(cwd, named), problems: [] }
  const file = found.path === undefined ? { given: [], problems: [] } : readConfigFile(found.path)

  return {
    given: [...given, ...file.given],
    problems: [
      ...readings.flatMap((reading) => reading.problems),
      ...dotenv.problems,
      ...found.problems,
      ...file.problems,
    ],
  }
}

/** A setting that is wrong by itself stands here with its default; what follows from that is no news. */
function brokenRules(settings: Settings, given: ReadonlyMap<SettingKey, Given>, known: readonly Problem[]): Problem[] {
  return breaches(settings)
    .filter(({ setting }) => !known.some((problem) => problem.setting === setting))
    .map(({ setting, message }) => {
      const source = given.get(setting)?.source
      return { setting, source: source === undefined ? 'default' : sourceText(source), message }
    })
}

/** A configuration for tests: defaults but for `overrides`, all of it editable as if nobody had set it. */
export function testConfig(overrides: Partial<Settings> = {}): Config {
  const given = new Map(Object.entries({ data_dir: join(tmpdir(), 'miktos-test'), ...overrides })) as Map<
    SettingKey,
    unknown
  >
  const defaults = defaultsFor(given, { cwd: process.cwd(), isTerminal: false })
  return createConfig(new Map(), new Map(), { ...defaults, ...Object.fromEntries(given) })
}

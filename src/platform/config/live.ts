import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#kernel/errors.ts'
import type { Config, Plan } from './config.ts'
import { didYouMean } from './nearest.ts'
import { parseSetting } from './parse.ts'
import { isSettingKey, settingKeys, settingOf, type SettingKey, type Settings } from './settings.ts'
import type { Problem, Source } from './source.ts'
import { lockedReason, viewSetting } from './view.ts'

const defaultSource: Source = { kind: 'default', name: 'default' }
const storedSource: Source = { kind: 'database', name: 'set at run time' }

/** The configuration in use: what was `given` holds, then what is stored, then the defaults. */
export function createConfig(
  given: ReadonlyMap<SettingKey, unknown>,
  sources: ReadonlyMap<SettingKey, Source>,
  defaults: Settings,
): Config {
  const listeners = new Set<(keys: SettingKey[]) => void>()
  let stored = new Map<SettingKey, unknown>()
  let problems: Problem[] = []
  let current: Settings = { ...defaults, ...Object.fromEntries(given) }

  const sourceOf = (key: SettingKey): Source => sources.get(key) ?? (stored.has(key) ? storedSource : defaultSource)

  return {
    get: (key) => current[key],
    problems: () => problems,
    describe: () =>
      settingKeys.map((key) =>
        viewSetting(key, {
          value: current[key],
          default: defaults[key],
          source: sourceOf(key),
          problem: problems.find(({ setting }) => setting === key)?.message ?? null,
        }),
      ),
    plan: (changes) => planChanges(changes, current, defaults, sourceOf),
    applyStored(values) {
      const before = current
      const read = readStored(values)
      stored = read.values
      problems = read.problems
      current = { ...defaults, ...Object.fromEntries(stored), ...Object.fromEntries(given) }
      const changed = settingKeys.filter((key) => !isDeepStrictEqual(before[key], current[key]))
      if (changed.length > 0) for (const listener of listeners) listener(changed)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function planChanges(
  changes: Record<string, unknown>,
  current: Settings,
  defaults: Settings,
  sourceOf: (key: SettingKey) => Source,
): Plan {
  const plan: Plan = { values: {}, changes: [] }
  const fields: { field: string; message: string }[] = []
  for (const [key, raw] of Object.entries(changes)) {
    if (!isSettingKey(key)) {
      fields.push({ field: key, message: `is not a setting${didYouMean(key, settingKeys)}` })
      continue
    }
    refuseLocked(key, sourceOf(key))
    const parsed = raw === null ? { value: null } : parseSetting(key, raw)
    if ('message' in parsed) fields.push({ field: key, message: parsed.message })
    else {
      plan.values[key] = parsed.value
      plan.changes.push({ key, before: current[key], after: parsed.value ?? defaults[key] })
    }
  }
  if (fields.length > 0)
    throw new AppError('VALIDATION_FAILED', `${fields[0]!.field} ${fields[0]!.message}`, { fields })
  return { values: plan.values, changes: plan.changes.filter(({ before, after }) => !isDeepStrictEqual(before, after)) }
}

function refuseLocked(key: SettingKey, source: Source): void {
  const reason = lockedReason(key, source)
  if (reason !== undefined)
    throw new AppError('SETTING_LOCKED', `${key} cannot be changed here. ${reason}.`, { setting: key, source, reason })
}

function readStored(stored: Record<string, unknown>): { values: Map<SettingKey, unknown>; problems: Problem[] } {
  const values = new Map<SettingKey, unknown>()
  const problems: Problem[] = []
  for (const [key, raw] of Object.entries(stored)) {
    const parsed = readStoredValue(key, raw)
    if ('message' in parsed) problems.push({ setting: key, source: 'database', message: parsed.message })
    else if (isSettingKey(key)) values.set(key, parsed.value)
  }
  return { values, problems }
}

function readStoredValue(key: string, raw: unknown): { value: unknown } | { message: string } {
  if (!isSettingKey(key)) return { message: 'is not a setting of this version' }
  if (settingOf(key).editable !== true) return { message: 'cannot be set at run time' }
  return parseSetting(key, raw)
}

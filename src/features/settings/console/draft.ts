import type { Setting } from './queries.ts'

/** Values that are to be saved, by key; null is the default. */
export type Draft = Readonly<Record<string, unknown>>

/** What the setting would be: as drafted, else as it is. */
export const wantedValue = ({ key, value, default: initial }: Setting, draft: Draft): unknown =>
  Object.hasOwn(draft, key) ? (draft[key] ?? initial) : value

/** The draft with one value more, or without it where it is in force already. */
export function withValue(draft: Draft, setting: Setting, value: unknown): Draft {
  const { [setting.key]: _before, ...others } = draft
  return same(value, setting.value) || (value === null && setting.source.kind === 'default')
    ? others
    : { ...others, [setting.key]: value }
}

/** Why a value cannot be saved; the server judges again and knows more. */
export function problemOf({ type, minimum, maximum, default: initial }: Setting, value: unknown): string | undefined {
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number' || Number.isNaN(value)) return 'Write a number'
    if (type === 'integer' && !Number.isInteger(value)) return 'Write a whole number'
    if (minimum !== null && value < minimum) return `At least ${minimum}`
    if (maximum !== null && value > maximum) return `At most ${maximum}`
  }
  if (type === 'text' && value === '' && initial !== null) return 'Must not be empty'
  return undefined
}

export interface SettingChange {
  setting: Setting
  before: unknown
  after: unknown
}

export const changesOf = (draft: Draft, settings: readonly Setting[]): SettingChange[] =>
  settings
    .filter(({ key }) => Object.hasOwn(draft, key))
    .map((setting) => ({ setting, before: setting.value, after: wantedValue(setting, draft) }))

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

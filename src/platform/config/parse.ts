import { placeholderProblem } from './placeholder.ts'
import { settingOf, type SettingKey } from './settings.ts'

/** The value of a setting, or what is wrong with what was written. A secret is never repeated in the message. */
export function parseSetting(key: SettingKey, raw: unknown): { value: unknown } | { message: string } {
  const { kind, secret } = settingOf(key)
  const written = kind.read(raw)
  const placeholder = placeholderProblem(key, written)
  if (placeholder !== undefined) return { message: placeholder }

  const parsed = kind.schema.safeParse(written)
  if (parsed.success) return { value: parsed.data }
  const { message, path } = parsed.error.issues[0]!
  const place = path.length > 0 ? `item ${Number(path[0]) + 1} ` : ''
  return { message: `${place}${message}${secret === undefined ? `, not ${shown(raw)}` : ''}` }
}

const shown = (raw: unknown): string => {
  const text = JSON.stringify(raw) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

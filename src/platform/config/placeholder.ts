import { settingOf, type SettingKey } from './settings.ts'

/** Values that examples and documents show in place of a real one. */
const fromExamples = new Set([
  'your-secret-key-here',
  'your-secure-admin-token',
  'your-project-id',
  'your_password',
  'your_jwt_token',
  'your_refresh_token',
  'any_password',
  'changeme',
])

const likeExamples = /^(your|my)[-_ ]|change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|it)|^<.*>$|^(x{3,}|\.{3}|\*{3,})$/i

/** The first guesses at a secret of ours. Databases are others', and often for tests only. */
const guessable = new Set([
  'secret',
  'admin',
  'administrator',
  'password',
  'password1',
  'password123',
  'passw0rd',
  'token',
  'default',
  'test',
  'letmein',
  'miktos',
  'root',
  '12345678',
  '123456789',
  '1234567890',
])
const ours = new Set<SettingKey>(['secret_key', 'admin_token', 'admin_password'])

/** Why a value cannot be meant, where it is a placeholder; the value is named because it is no secret. */
export function placeholderProblem(key: SettingKey, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const secrecy = settingOf(key).secret
  const text = (secrecy === 'url' ? passwordOf(value) : value).toLowerCase()
  const placeholder =
    fromExamples.has(text) ||
    (secrecy !== undefined && likeExamples.test(text)) ||
    (ours.has(key) && guessable.has(text))
  if (!placeholder) return undefined
  return secrecy === undefined
    ? `"${text}" is a placeholder from an example; give the real value or leave it out`
    : `"${text}" is a placeholder that everybody knows; set a value of your own (openssl rand -base64 48)`
}

const passwordOf = (url: string): string => (URL.canParse(url) ? new URL(url).password : '')

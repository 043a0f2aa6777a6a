import { describeError } from './describeError.ts'
import { isCard, maskText, redacted, redactText } from './patterns.ts'

export { redactText } from './patterns.ts'

const depthMax = 8
const itemsMax = 200
const valuesMax = 5_000
const charactersMax = 16_384

/** Endings of keys whose value is never shown; compared without case, `_`, `-` and spaces. */
const secretEndings: readonly [ending: string, kind: string][] = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['pwd', 'password'],
  ['passphrase', 'password'],
  ['token', 'token'],
  ['jwt', 'token'],
  ['secret', 'secret'],
  ['secretkey', 'secret'],
  ['privatekey', 'secret'],
  ['accesskey', 'secret'],
  ['signingkey', 'secret'],
  ['encryptionkey', 'secret'],
  ['passwordhash', 'secret'],
  ['tokenhash', 'secret'],
  ['keyhash', 'secret'],
  ['credential', 'secret'],
  ['credentials', 'secret'],
  ['apikey', 'api-key'],
  ['authorization', 'authorization'],
  ['cookie', 'cookie'],
  ['cookies', 'cookie'],
  ['otp', 'otp'],
  ['mfacode', 'otp'],
  ['totpcode', 'otp'],
  ['recoverycode', 'otp'],
  ['recoverycodes', 'otp'],
]

const kinds = new Map<string, string | undefined>()

/** What a key hides, if it hides anything. Remembered, since a program uses few keys; forgotten where input makes many. */
export function kindOfKey(key: string): string | undefined {
  if (kinds.has(key)) return kinds.get(key)
  const word = key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const kind = word === 'pass' ? 'password' : secretEndings.find(([ending]) => word.endsWith(ending))?.[1]
  if (kinds.size > 1_000) kinds.clear()
  kinds.set(key, kind)
  return kind
}

/**
 * A copy fit to be written down: JSON-like, without secrets (by the names of keys and by patterns in
 * text) and bounded in depth, size and length. Takes anything: errors, maps, cycles.
 */
export function redactValue(value: unknown): unknown {
  return redact(value, { ancestors: new Set(), left: valuesMax, clean: redactText })
}

/** The same where people have to be recognised, as in the audit log: e-mail addresses stay readable. */
export function maskSecrets(value: unknown): unknown {
  return redact(value, { ancestors: new Set(), left: valuesMax, clean: maskText })
}

interface Walk {
  ancestors: Set<object>
  left: number
  clean: (text: string) => string
}

function redact(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return redactLong(value, walk)
  if (typeof value === 'number') return isCard(String(value)) ? redacted('card') : value
  if (typeof value === 'bigint') return walk.clean(String(value))
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  return redactObject(value, walk)
}

function redactObject(value: object, walk: Walk): unknown {
  if (walk.ancestors.has(value)) return '‹cycle›'
  if (walk.ancestors.size >= depthMax) return '‹too deep›'
  walk.ancestors.add(value)
  const result = redactInside(value, walk)
  walk.ancestors.delete(value)
  return result
}

function redactInside(value: object, walk: Walk): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `‹${value.byteLength} bytes›`
  if (value instanceof Error) return redactEntries(Object.entries(describeError(value)), walk)
  if (value instanceof Map)
    return redactEntries(
      [...value].map(([key, item]) => [String(key), item]),
      walk,
    )
  if (Array.isArray(value) || value instanceof Set) return redactItems([...value], walk)
  if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), walk)
  return redactEntries(Object.entries(value), walk)
}

function redactItems(items: unknown[], walk: Walk): unknown[] {
  const kept = items.slice(0, allowance(items.length, walk)).map((item) => redact(item, walk))
  return kept.length < items.length ? [...kept, `‹${items.length - kept.length} more›`] : kept
}

function redactEntries(entries: [string, unknown][], walk: Walk): Record<string, unknown> {
  const kept = entries
    .slice(0, allowance(entries.length, walk))
    .map(([key, item]) => [redactLong(key, walk), redactNamed(key, item, walk)])
  if (kept.length < entries.length) kept.push(['‹more›', entries.length - kept.length])
  // Not by assignment, which would take a key `__proto__` for the prototype.
  return Object.fromEntries(kept)
}

function allowance(wanted: number, walk: Walk): number {
  const count = Math.min(wanted, itemsMax, walk.left)
  walk.left -= count
  return count
}

function redactNamed(key: string, item: unknown, walk: Walk): unknown {
  const kind = kindOfKey(key)
  const reveals = item === null || item === undefined || item === '' || typeof item === 'boolean'
  // `per_token: 0.01` counts or prices tokens; a token itself is text.
  const counts = kind === 'token' && typeof item === 'number'
  return kind === undefined || reveals || counts ? redact(item, walk) : redacted(kind)
}

/** Looks a little beyond the cut, so that a secret which the cut would sever is still recognised. */
function redactLong(text: string, { clean }: Walk): string {
  if (text.length <= charactersMax) return clean(text)
  const kept = clean(text.slice(0, charactersMax * 2)).slice(0, charactersMax)
  return `${kept}‹${text.length - charactersMax} more characters›`
}

import * as z from 'zod'
import { flagName } from './flags.ts'
import { environmentName, settingOf, type Group, type SettingKey } from './settings.ts'
import type { Source } from './source.ts'

/** One setting as it is shown: in the console, over the API and on a terminal. */
export interface SettingView {
  key: SettingKey
  group: Group
  description: string
  /** Null where nothing is set, and always for a secret. */
  value: unknown
  /** Whether there is a value; all that is told of a secret. */
  set: boolean
  default: unknown
  /** How the default follows from other settings, where it does. */
  default_text: string | null
  source: Source
  env: string
  aliases: string[]
  flag: string | null
  /** Whether this setting can change at run time at all. */
  editable: boolean
  /** Whether it cannot be changed now, and why. */
  locked: boolean
  locked_reason: string | null
  secret: boolean
  type: 'boolean' | 'integer' | 'number' | 'text' | 'list'
  options: string[] | null
  minimum: number | null
  maximum: number | null
  /** What is wrong with a stored value that is therefore not used. */
  problem: string | null
}

interface State {
  value: unknown
  default: unknown
  source: Source
  problem: string | null
}

export function viewSetting(key: SettingKey, state: State): SettingView {
  const { group, description, derived, aliases, secret, editable } = settingOf(key)
  const reason = lockedReason(key, state.source)
  return {
    key,
    group,
    description,
    value: shown(key, state.value),
    set: state.value !== undefined,
    default: shown(key, state.default),
    default_text: derived ?? null,
    source: state.source,
    env: environmentName(key),
    aliases: [...(aliases ?? [])],
    flag: secret === true ? null : `--${flagName(key)}`,
    editable: editable === true,
    locked: reason !== undefined,
    locked_reason: reason ?? null,
    secret: secret === true,
    ...formOf(key),
    problem: state.problem,
  }
}

/** Why an edit at run time would not take effect; undefined where it would. */
export function lockedReason(key: SettingKey, source: Source): string | undefined {
  const { editable, locked } = settingOf(key)
  if (locked !== undefined) return locked
  if (editable !== true) return 'Needs a restart: set it by flag, environment or miktos.yaml'
  if (source.kind === 'flag') return `Set by the flag ${source.name}`
  if (source.kind === 'env' || source.kind === 'env-file') return `Set by ${source.name} in the environment`
  if (source.kind === 'dotenv') return `Set by ${source.name} in .env`
  return source.kind === 'file' ? `Set in ${source.name}` : undefined
}

function shown(key: SettingKey, value: unknown): unknown {
  const { secret } = settingOf(key)
  if (secret === true || value === undefined) return null
  return secret === 'url' && typeof value === 'string' ? withoutPassword(value) : value
}

/** By hand, not by `URL`: a database URL that `URL` reads differently must not slip through. */
const withoutPassword = (url: string): string =>
  url
    .replace(/:\/\/([^\s:@/?#]*):[^\s/?#]*@/, '://$1:***@')
    .replace(/([?&][^=&]*(?:password|secret|token)[^=&]*=)[^&]*/gi, '$1***')

type Form = Pick<SettingView, 'type' | 'options' | 'minimum' | 'maximum'>

function formOf(key: SettingKey): Form {
  const schema = z.toJSONSchema(settingOf(key).kind.schema)
  return {
    type: typeOf(schema.type),
    options: schema.enum?.map(String) ?? null,
    minimum: schema.minimum ?? null,
    maximum: schema.maximum ?? null,
  }
}

const typeOf = (type: unknown): Form['type'] => {
  if (type === 'array') return 'list'
  return type === 'boolean' || type === 'integer' || type === 'number' ? type : 'text'
}

import { join, resolve } from 'node:path'
import { settingKeys, settingOf, type SettingKey, type Settings } from './settings.ts'

export interface Surroundings {
  cwd: string
  /** Lines are read by a person, not by a program. */
  isTerminal: boolean
}

/** Defaults that follow from other settings. */
const derived: { [K in SettingKey]?: (settings: Settings, around: Surroundings) => Settings[K] } = {
  database_url: (settings) =>
    settings.db_host === undefined ? `sqlite:///${join(settings.data_dir, 'miktos.db')}` : mysqlUrl(settings),
  log_level: (settings) => (settings.debug_mode ? 'DEBUG' : 'INFO'),
  log_format: (_, around) => (around.isTerminal ? 'text' : 'json'),
  log_destination: (settings) => (settings.log_file === undefined ? 'console' : 'both'),
}

function mysqlUrl({ db_host, db_port, db_user, db_password, db_name }: Settings): string {
  const host = db_host?.includes(':') ? `[${db_host}]` : db_host
  const password = db_password === undefined ? '' : `:${encodeURIComponent(db_password)}`
  const user = db_user === undefined ? '' : `${encodeURIComponent(db_user)}${password}@`
  return `mysql://${user}${host}:${db_port}/${encodeURIComponent(db_name)}`
}

/** The default of every setting, given the values that somebody set. */
export function defaultsFor(given: ReadonlyMap<SettingKey, unknown>, around: Surroundings): Settings {
  const initial = Object.fromEntries(
    settingKeys.map((key) => [key, absolute(key, settingOf(key).initial, around.cwd)]),
  ) as Settings
  const known: Settings = { ...initial, ...Object.fromEntries(given) }
  return {
    ...initial,
    ...Object.fromEntries(Object.entries(derived).map(([key, derive]) => [key, derive(known, around)])),
  }
}

/** Paths of this machine are resolved once, here, so that a later change of directory moves nothing. */
export function absolute(key: SettingKey, value: unknown, cwd: string): unknown {
  if (typeof value !== 'string') return value
  if (settingOf(key).path) return resolve(cwd, value)
  const relativeDatabase = key === 'database_url' ? /^sqlite:\/\/\/([^/].*)$/.exec(value)?.[1] : undefined
  return relativeDatabase === undefined ? value : `sqlite:///${resolve(cwd, relativeDatabase)}`
}

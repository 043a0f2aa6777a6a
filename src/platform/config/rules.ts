import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import ipaddr from 'ipaddr.js'
import type { SettingKey, Settings } from './settings.ts'

interface Breach {
  setting: SettingKey
  message: string
}

type Rule = (settings: Settings) => (Breach | false | undefined)[]

/** What settings demand of each other and of this machine. */
const rules: Rule[] = [
  demoStaysHome,
  workersShareState,
  adminIsWhole,
  databaseServerIsWhole,
  logsHaveAPlace,
  telemetryHasAServer,
  dataCanBeKept,
  workspacesExist,
]

export const breaches = (settings: Settings): Breach[] =>
  rules.flatMap((rule) => rule(settings)).filter((breach) => breach !== false && breach !== undefined)

function demoStaysHome({ demo, server_host }: Settings) {
  return [
    demo &&
      !isLoopback(server_host) && {
        setting: 'demo' as const,
        message: `needs a loopback address, since all it shows is made up; server_host is ${server_host}, use 127.0.0.1`,
      },
  ]
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback')

function workersShareState({ server_workers, database_url, redis_url }: Settings) {
  if (server_workers === 1) return []
  return [
    database_url.startsWith('sqlite:') && {
      setting: 'database_url' as const,
      message: `server_workers is ${server_workers}, which needs PostgreSQL or MySQL here, or set server_workers to 1`,
    },
    redis_url === undefined && {
      setting: 'redis_url' as const,
      message: `is missing; server_workers is ${server_workers}, which needs Redis, or set server_workers to 1`,
    },
  ]
}

function adminIsWhole({ admin_email, admin_password, password_min_length }: Settings) {
  return [
    admin_email !== undefined &&
      admin_password === undefined && { setting: 'admin_password' as const, message: 'is missing; admin_email is set' },
    admin_password !== undefined &&
      admin_email === undefined && { setting: 'admin_email' as const, message: 'is missing; admin_password is set' },
    admin_password !== undefined &&
      admin_password.length < password_min_length && {
        setting: 'admin_password' as const,
        message: `must be at least ${password_min_length} characters`,
      },
  ]
}

function databaseServerIsWhole({ db_host, db_user, db_password }: Settings) {
  const needsHost = (setting: 'db_user' | 'db_password', value: string | undefined) =>
    db_host === undefined &&
    value !== undefined && { setting, message: 'has no effect without db_host; set that, or use database_url instead' }
  return [
    needsHost('db_user', db_user),
    needsHost('db_password', db_password),
    db_host !== undefined &&
      db_user === undefined && { setting: 'db_user' as const, message: 'is missing; db_host is set' },
  ]
}

function logsHaveAPlace({ log_destination, log_file }: Settings) {
  return [
    log_destination !== 'console' &&
      log_file === undefined && {
        setting: 'log_file' as const,
        message: `is missing; log_destination is ${log_destination}`,
      },
    log_file !== undefined && log_destination !== 'console' && unwritable('log_file', dirname(log_file)),
    log_file !== undefined &&
      isDirectory(log_file) && { setting: 'log_file' as const, message: `${log_file} is a directory; name a file` },
  ]
}

function telemetryHasAServer({ logs_backend, loki_url, metrics_backend, prometheus_url }: Settings) {
  return [
    logs_backend !== 'embedded' &&
      loki_url === undefined && {
        setting: 'loki_url' as const,
        message: `is missing; logs_backend is ${logs_backend}`,
      },
    metrics_backend !== 'embedded' &&
      prometheus_url === undefined && {
        setting: 'prometheus_url' as const,
        message: `is missing; metrics_backend is ${metrics_backend}`,
      },
  ]
}

function dataCanBeKept({ data_dir }: Settings) {
  return [unwritable('data_dir', data_dir)]
}

function workspacesExist({ workdir_template, workdir_deploy, nginx_config_file }: Settings) {
  const exists = (setting: SettingKey, path: string | undefined) =>
    path !== undefined &&
    !isDirectory(path) && { setting, message: `${path} is not a directory; create it, or leave the setting out` }
  const configDirectory = nginx_config_file === undefined ? undefined : dirname(nginx_config_file)
  return [
    exists('workdir_template', workdir_template),
    exists('workdir_deploy', workdir_deploy),
    exists('nginx_config_file', configDirectory),
    configDirectory !== undefined && isDirectory(configDirectory) && unwritable('nginx_config_file', configDirectory),
  ]
}

/** A breach where a directory can neither be written nor be created. */
function unwritable(setting: SettingKey, directory: string): Breach | undefined {
  const nearest = nearestExisting(directory)
  if (!isDirectory(nearest)) return { setting, message: `${nearest} is not a directory` }
  if (mayWrite(nearest)) return undefined
  const cannot = nearest === directory ? 'cannot be written' : `cannot be created, since ${nearest} cannot be written`
  return { setting, message: `${directory} ${cannot} by the user this runs as` }
}

const nearestExisting = (path: string): string =>
  statSync(path, { throwIfNoEntry: false }) !== undefined || dirname(path) === path
    ? path
    : nearestExisting(dirname(path))

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

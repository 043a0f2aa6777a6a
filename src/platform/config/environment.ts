import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { didYouMean } from './nearest.ts'
import { environmentName, settingKeys, settingOf, type SettingKey } from './settings.ts'
import type { Given, Problem, Reading, Source } from './source.ts'

export type Environment = Record<string, string | undefined>

/** Names that are not settings: the file to read, and what commands that call a server go by. */
const otherNames = ['MIKTOS_CONFIG', 'MIKTOS_URL', 'MIKTOS_TOKEN']

/** Where the tests find their servers; a server started by a test inherits these. */
const testPrefix = 'MIKTOS_TEST_'

const fileName = (key: SettingKey): string => `${environmentName(key)}_FILE`
const keysWithFile = settingKeys.filter((key) => settingOf(key).secret !== undefined)
const knownNames = [...otherNames, ...settingKeys.map(environmentName), ...keysWithFile.map(fileName)]

/**
 * Reads the variables of the process (`env`) or of a `.env` file: for each setting its own name, the
 * same with `_FILE` for what is secret, then the names of older systems. An empty variable is not set.
 */
export function readEnvironment(env: Environment, kind: 'env' | 'dotenv'): Reading {
  const problems = unknownNames(env, kind)
  const given: Given[] = []
  for (const key of settingKeys) {
    const read = readVariable(key, env, kind)
    if (read === undefined) continue
    if ('message' in read) problems.push(read)
    else given.push(read)
  }
  return { given, problems }
}

function readVariable(key: SettingKey, env: Environment, kind: 'env' | 'dotenv'): Given | Problem | undefined {
  const own = environmentName(key)
  const file = env[fileName(key)]
  if (file && keysWithFile.includes(key)) {
    if (env[own]) return { setting: key, source: fileName(key), message: `is set beside ${own}; set only one of them` }
    return readSecretFile(key, file)
  }
  const name = [own, ...(settingOf(key).aliases ?? [])].find((candidate) => env[candidate])
  return name === undefined ? undefined : { key, raw: env[name], source: { kind, name } }
}

function readSecretFile(key: SettingKey, file: string): Given | Problem {
  const source: Source = { kind: 'env-file', name: fileName(key) }
  try {
    return { key, raw: readFileSync(file, 'utf8').replace(/\r?\n$/, ''), source }
  } catch (error) {
    return {
      setting: key,
      source: source.name,
      message: `names a file that cannot be read: ${(error as Error).message}`,
    }
  }
}

function unknownNames(env: Environment, kind: 'env' | 'dotenv'): Problem[] {
  return Object.keys(env)
    .filter(
      (name) =>
        name.startsWith('MIKTOS_') &&
        !name.startsWith(testPrefix) &&
        !knownNames.includes(name) &&
        !isServiceLink(name, env[name] ?? ''),
    )
    .map((name) => ({
      setting: name,
      source: kind === 'env' ? 'environment' : '.env',
      message: `is not a setting${didYouMean(name, knownNames)}`,
    }))
}

/** Kubernetes puts `MIKTOS_PORT=tcp://10.0.0.1:8000` and the like in every pod beside a service called miktos. */
const isServiceLink = (name: string, value: string): boolean =>
  /^MIKTOS_SERVICE_(HOST|PORT)(_|$)/.test(name) ||
  /^MIKTOS_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name === 'MIKTOS_PORT' && /^(tcp|udp):/.test(value))

/** The variables in a `.env` file; none where there is no such file. */
export function readDotenv(path: string): { env: Environment; problems: Problem[] } {
  try {
    return { env: parseEnv(readFileSync(path, 'utf8')), problems: [] }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { env: {}, problems: [] }
    return { env: {}, problems: [{ setting: '.env', source: path, message: `cannot be read: ${message}` }] }
  }
}

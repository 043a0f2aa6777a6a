import { parseArgs } from 'node:util'
import * as z from 'zod'
import { didYouMean } from './nearest.ts'
import { settingKeys, settingOf, type SettingKey } from './settings.ts'
import type { Given, Problem, Reading } from './source.ts'

/** Shorter flags, and what each of them sets. */
export const shortFlags: Record<string, readonly SettingKey[]> = {
  host: ['server_host'],
  port: ['server_port'],
  debug: ['debug_mode'],
  dev: ['reload', 'debug_mode'],
}

export const flagName = (key: SettingKey): string => key.replaceAll('_', '-')

const byFlag = new Map<string, readonly SettingKey[]>([
  ...settingKeys.map((key): [string, SettingKey[]] => [flagName(key), [key]]),
  ...Object.entries(shortFlags),
])

const isSwitch = (key: SettingKey): boolean => settingOf(key).kind.schema instanceof z.ZodBoolean

const options = {
  ...Object.fromEntries(
    [...byFlag].map(([flag, keys]) => [
      flag,
      { type: isSwitch(keys[0]!) ? ('boolean' as const) : ('string' as const) },
    ]),
  ),
  config: { type: 'string' as const },
}

/** Reads `--server-port 9000`, `--server-port=9000`, `--debug`, `--no-reload`; `config` is the value of `--config`. */
export function readFlags(argv: string[]): Reading & { config: string | undefined } {
  const { tokens } = parseArgs({ args: argv, options, strict: false, tokens: true, allowPositionals: true })
  const given = new Map<SettingKey, Given>()
  const problems: Problem[] = []
  let config: string | undefined
  let unknownAt = -1

  for (const token of tokens) {
    if (token.kind === 'option' && token.name === 'config') config = token.value
    else if (token.kind === 'option') {
      const read = readFlag(token.name, token.value)
      if ('problem' in read) problems.push(read.problem)
      else for (const one of read.given) given.set(one.key, one)
      if (!byFlag.has(token.name)) unknownAt = token.index
    } else if (token.kind === 'positional' && token.index !== unknownAt + 1) {
      problems.push({ setting: token.value, source: 'command line', message: 'is not expected here' })
    }
  }
  return { given: [...given.values()], problems, config }
}

function readFlag(name: string, value: string | undefined): { given: Given[] } | { problem: Problem } {
  const flag = `--${name}`
  const problem = (setting: string, message: string) => ({ problem: { setting, source: flag, message } })
  const turnedOff = name.startsWith('no-') ? byFlag.get(name.slice(3)) : undefined
  if (turnedOff !== undefined && isSwitch(turnedOff[0]!)) return { given: giveAll(turnedOff, false, flag) }

  const keys = byFlag.get(name)
  if (keys === undefined)
    return problem(
      flag,
      `is not an option${didYouMean(
        flag,
        [...byFlag.keys()].map((known) => `--${known}`),
      )}`,
    )
  const key = keys[0]!
  if (settingOf(key).secret === true) return problem(key, secretFlag(key))
  if (value === undefined && !isSwitch(key)) return problem(key, `needs a value: ${flag} VALUE`)
  return { given: giveAll(keys, value ?? true, flag) }
}

const giveAll = (keys: readonly SettingKey[], raw: unknown, flag: string): Given[] =>
  keys.map((key) => ({ key, raw, source: { kind: 'flag', name: flag } }))

/** Every user of a machine can read the command lines of its processes. */
const secretFlag = (key: SettingKey): string => {
  const variable = `MIKTOS_${key.toUpperCase()}`
  return `is a secret and does not belong on a command line, where others can read it; set ${variable}_FILE or ${variable}`
}

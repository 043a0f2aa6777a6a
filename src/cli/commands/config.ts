import { settingsEndpoints } from '#features/settings/contract.ts'
import { ConfigError, type Config, type Problem, type SettingView } from '#platform/config/config.ts'
import { configJsonSchema } from '#platform/config/jsonSchema.ts'
import { didYouMean } from '#platform/config/nearest.ts'
import { checkText, configText } from '#platform/config/print.ts'
import { isSettingKey, settingKeys } from '#platform/config/settings.ts'
import { sourceText } from '#platform/config/source.ts'
import { configHere, urlOf, withApi, type CommandContext } from '../connect.ts'
import { hasData } from '../data.ts'
import { CommandError, exitCodes } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

export async function print(
  context: CommandContext,
  flags: string[],
  { sources }: { sources?: boolean },
): Promise<void> {
  const settings = await settingsInForce(context, flags)
  const { terminal } = context
  terminal.result(settings, () => {
    if (!terminal.options.plain)
      return terminal.out(configText({ describe: () => settings }, { sources: sources ?? false }).trimEnd())
    terminal.table(settings, [
      { title: 'SETTING', of: ({ key }) => key },
      { title: 'VALUE', of: ({ value }) => textOf(value) },
      { title: 'SOURCE', of: ({ source }) => sourceText(source) },
    ])
  })
}

/** Of a server that is named or logged in to; flags mean this machine. */
async function settingsInForce(context: CommandContext, flags: string[]): Promise<SettingView[]> {
  const isHere = flags.length > 0 || (await urlOf(context)) === undefined
  return isHere ? settingsHere(context, flags) : settingsOf(context)
}

/** With what is stored at run time, where there is a place to store it. */
async function settingsHere(context: CommandContext, flags: string[]): Promise<SettingView[]> {
  const config = await configHere(context, flags)
  return hasData(config) ? settingsOf(context, config) : config.describe()
}

async function settingsOf(context: CommandContext, config?: Config): Promise<SettingView[]> {
  const { settings } = await withApi(context, (api) => api.call(settingsEndpoints.get, {}), config)
  // A server of another version may have settings that this one does not know.
  return settings.filter(({ key }) => isSettingKey(key)) as SettingView[]
}

/** Always of this machine: what a server would start with. */
export async function check(context: CommandContext, flags: string[]): Promise<number> {
  const { terminal } = context
  const problems = await problemsOf(context, flags)
  terminal.result({ ok: problems.length === 0, problems }, () =>
    (problems.length === 0 ? terminal.say : terminal.warn)(checkText(problems).trimEnd()),
  )
  return problems.length === 0 ? exitCodes.ok : exitCodes.config
}

async function problemsOf(context: CommandContext, flags: string[]): Promise<readonly Problem[]> {
  try {
    const settings = await settingsHere(context, flags)
    return settings.flatMap(({ key, problem }) =>
      problem === null ? [] : [{ setting: key, source: 'database', message: problem }],
    )
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

interface Changing {
  dryRun?: boolean
}

export const set = (context: CommandContext, assignments: string[], options: Changing): Promise<void> =>
  change(context, Object.fromEntries(assignments.map(assignment)), options)

export const unset = (context: CommandContext, keys: string[], options: Changing): Promise<void> =>
  change(context, Object.fromEntries(keys.map((key) => [known(key), null])), options)

function assignment(text: string): [key: string, value: string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw new CommandError('usage', `"${text}" is not setting=value`, 'For example: miktos config set rate_limit=200')
  return [known(key), value]
}

function known(key: string): string {
  if (isSettingKey(key)) return key
  throw new CommandError(
    'notFound',
    `${key} is not a setting${didYouMean(key, settingKeys)}`,
    '`miktos config print` shows all',
  )
}

const change = (context: CommandContext, changes: Record<string, string | null>, { dryRun }: Changing): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const before = await api.call(settingsEndpoints.get, {})
    if (dryRun) return wouldChange(terminal, before.settings as SettingView[], changes)
    const after = await api.call(settingsEndpoints.update, { body: changes })
    terminal.result(Object.fromEntries(after.changed.map((key) => [key, after.config[key]])), () => {
      for (const key of after.changed)
        terminal.say(`${key}: ${shown(before.config[key])} → ${shown(after.config[key])}`)
      if (after.changed.length === 0) terminal.say('Nothing to change: these values are in force')
    })
  })

function wouldChange(terminal: Terminal, settings: SettingView[], changes: Record<string, string | null>): void {
  for (const [key, value] of Object.entries(changes)) {
    const setting = settings.find((one) => one.key === key)
    if (setting?.locked) throw new CommandError('conflict', `${key} cannot be changed here. ${setting.locked_reason}.`)
    terminal.say(
      `Would change ${key}: ${shown(setting?.value)} → ${value ?? `${shown(setting?.default)} (the default)`}`,
    )
  }
}

const shown = (value: unknown): string => textOf(value) || (Array.isArray(value) ? 'none' : 'not set')

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : (JSON.stringify(value ?? undefined) ?? '')
}

export async function schema({ terminal }: CommandContext): Promise<void> {
  terminal.out(JSON.stringify(configJsonSchema(), null, 2))
}

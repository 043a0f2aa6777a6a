import { flagName, shortFlags } from '#platform/config/flags.ts'
import { environmentName, settingKeys, settingOf, type Group, type SettingKey } from '#platform/config/settings.ts'

/** `miktos serve --help`: every setting by its group, as the schema has it. */
export function serveHelp(): string {
  const groups = Map.groupBy(settingKeys, (key) => settingOf(key).group)
  return [
    'Usage: miktos [serve] [settings]',
    '',
    'Serves the API, the sockets and the console. Every setting is a flag, a variable MIKTOS_<NAME>, and',
    'a line <name>: in miktos.yaml; flags win over variables, variables over the file.',
    '',
    'Short forms:',
    ...Object.entries(shortFlags).map(([flag, keys]) =>
      line(`--${flag}`, keys.map((key) => `--${flagName(key)}`).join(' ')),
    ),
    line('--config FILE', 'The file to read instead of miktos.yaml here or in the data directory'),
    ...[...groups].flatMap(([group, keys]) => ['', `${titles[group]}:`, ...keys.map(settingLine)]),
    '',
    'Secrets have no flag: every user of a machine can read command lines. MIKTOS_<NAME>_FILE names a file.',
    '',
    'Examples:',
    '  miktos --port 9000 --data-dir /srv/miktos',
    '  MIKTOS_DATABASE_URL=postgresql://miktos:secret@db/miktos miktos',
    '',
  ].join('\n')
}

const titles: Record<Group, string> = {
  server: 'Server',
  network: 'Network',
  storage: 'Storage',
  'sign-in': 'Sign-in',
  limits: 'Limits',
  logging: 'Logging',
  retention: 'Retention',
  health: 'Health',
  cache: 'Cache',
  models: 'Models',
  hosts: 'GPU servers',
  workspaces: 'Workspaces',
}

const line = (left: string, right: string): string =>
  left.length < 30 ? `  ${left.padEnd(30)}${right}` : `  ${left}\n  ${' '.repeat(30)}${right}`

function settingLine(key: SettingKey): string {
  const { secret, description } = settingOf(key)
  const name = secret === true ? environmentName(key) : `--${flagName(key)}`
  const standard = defaultText(key)
  return line(name, `${description}${standard && ` [${standard}]`}`)
}

function defaultText(key: SettingKey): string {
  const { initial, derived } = settingOf(key)
  if (derived !== undefined) return derived
  if (Array.isArray(initial)) return initial.join(',')
  return typeof initial === 'string' ? initial : (JSON.stringify(initial) ?? '')
}

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { createFeatures } from '#features/index.ts'
import { flagName, shortFlags } from '#platform/config/flags.ts'
import { environmentName, settingKeys, settingOf } from '#platform/config/settings.ts'
import { operationsOf, spellings } from '#platform/http/endpoints.ts'
import { createProgram } from '../../src/cli/program.ts'

const root = join(import.meta.dirname, '../..')
const files = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)
const texts = files
  .filter((name) => existsSync(join(root, name)))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }))

/** Every `miktos …` of a document, in a block or in a line. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/^(?:[A-Z_]+=\S+ )*miktos (.+)$|`(?:source <\()?miktos ([^`\n]+?)\)?`/gm)].map(
    ([, block, inline]) => (block ?? inline ?? '').replace(/ > .*$/, ''),
  )

const serveFlags = new Set([...Object.keys(shortFlags), 'config', 'help', ...settingKeys.map(flagName)])

/** What of a written command does not exist. */
function unknownIn(line: string): string[] {
  const words = line.split(/\s+/)
  const program = createProgram({})
  let command: Command = program
  for (const word of words) {
    const next: Command | undefined = command.commands.find(
      (sub) => sub.name() === word || sub.aliases().includes(word),
    )
    if (!next) break
    command = next
  }
  const isServe = words[0]!.startsWith('-') || command.name() === 'serve'
  const isCommand = command !== program || isServe || words[0] === '--help'
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0]!)
  const known = (flag: string): boolean =>
    [...command.options, ...program.options].some(({ long }) => long === `--${flag}`) ||
    flag === 'help' ||
    serveFlags.has(flag)
  return [...(isCommand ? [] : [words[0]!]), ...flags.filter((flag) => !known(flag)).map((flag) => `--${flag}`)]
}

test('every command in the documents exists, with the options it is shown with', () => {
  let count = 0
  for (const { name, text } of texts) {
    for (const line of commandsIn(text)) {
      count++
      assert.deepEqual(unknownIn(line), [], `${name}: miktos ${line}`)
    }
  }
  assert.ok(count > 25, `only ${count} commands were found`)
})

test('every variable in the documents is a setting, or one of those for commands, programs and compose', () => {
  const secrets = settingKeys
    .filter((key) => settingOf(key).secret !== undefined)
    .map((key) => `${environmentName(key)}_FILE`)
  const known = new Set([
    ...settingKeys.map(environmentName),
    ...secrets,
    'MIKTOS_URL',
    'MIKTOS_TOKEN',
    'MIKTOS_CONFIG',
    'MIKTOS_NAME',
    'MIKTOS_NAME_FILE',
    'MIKTOS_PORT_ON_HOST',
    'MIKTOS_COMMAND_ID',
    ...['ID', 'NAME', 'SERVER', 'MODE'].map((name) => `MIKTOS_SESSION_${name}`),
  ])
  for (const { name, text } of texts) {
    const unknown = [...text.matchAll(/\bMIKTOS_[A-Z_]+\b/g)]
      .map(([variable]) => variable)
      .filter((variable) => !known.has(variable) && !variable.startsWith('MIKTOS_TEST_'))
    assert.deepEqual(unknown, [], name)
  }
})

test('every operation in the documents exists', () => {
  const { features } = createFeatures()
  const templates = operationsOf(features).flatMap(({ endpoint }) => spellings(endpoint))
  const exists = (method: string, path: string): boolean =>
    templates.some(
      (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    )
  for (const { name, text } of texts) {
    for (const [, method, path] of text.matchAll(
      /`(GET|POST|PUT|PATCH|DELETE) (?:\/api\/v1|\/api)?(\/[a-z][\w/{}-]*)/g,
    )) {
      assert.ok(exists(method!, path!), `${name}: ${method} ${path}`)
    }
  }
})

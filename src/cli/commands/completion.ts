import type { Command } from 'commander'
import { flagName, shortFlags } from '#platform/config/flags.ts'
import { settingKeys, settingOf } from '#platform/config/settings.ts'
import type { CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'

/** What may follow a command: `{'miktos users': ['list', 'create', '--json', …]}`. */
type Words = Map<string, string[]>

const scripts: Record<string, (words: Words) => string> = { bash, zsh, fish }

export const completion =
  (program: Command) =>
  async ({ terminal }: CommandContext, [shell = '']: string[]): Promise<void> => {
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
    if (!script) throw new CommandError('usage', `There is no completion for "${shell}"`, 'Write bash, zsh or fish')
    terminal.out(script(wordsOf(program)).trimEnd())
  }

function wordsOf(program: Command): Words {
  const everywhere = flagsOf(program)
  const words: Words = new Map()
  const visit = (command: Command, path: string): void => {
    const subcommands = command.commands.flatMap((sub) => [sub.name(), ...sub.aliases()])
    words.set(path, [...subcommands, ...(command === program ? [] : flagsOf(command)), ...everywhere])
    for (const sub of command.commands) for (const name of [sub.name(), ...sub.aliases()]) visit(sub, `${path} ${name}`)
  }
  visit(program, 'miktos')
  words.set('miktos serve', serveFlags)
  words.set('miktos completion', ['bash', 'zsh', 'fish'])
  return words
}

const flagsOf = (command: Command): string[] =>
  command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '')

const serveFlags = [
  ...Object.keys(shortFlags).map((name) => `--${name}`),
  '--config',
  ...settingKeys.filter((key) => settingOf(key).secret !== true).map((key) => `--${flagName(key)}`),
]

const below = (words: Words): string[] => [...words.keys()].filter((path) => path !== 'miktos')

function bash(words: Words): string {
  return `# In ~/.bashrc: source <(miktos completion bash)
_miktos() {
  local at=miktos word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${below(words)
        .map((path) => `'${path}'`)
        .join(' | ')}) at="$at $word" ;;
    esac
  done
  case "$at" in
${[...words].map(([path, next]) => `    '${path}') COMPREPLY=($(compgen -W '${next.join(' ')}' -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -o default -F _miktos miktos
`
}

function zsh(words: Words): string {
  return `#compdef miktos
# In ~/.zshrc, after compinit: source <(miktos completion zsh)
_miktos() {
  local at=miktos word
  for word in \${words[2,CURRENT-1]}; do
    case "$at $word" in
      (${below(words)
        .map((path) => `'${path}'`)
        .join('|')}) at="$at $word" ;;
    esac
  done
  case "$at" in
${[...words].map(([path, next]) => `    ('${path}') compadd -- ${next.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _miktos miktos
`
}

function fish(words: Words): string {
  return `# miktos completion fish > ~/.config/fish/completions/miktos.fish
function __miktos_at
  set -l at miktos
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${below(words)
        .map((path) => `'${path}'`)
        .join(' ')}
        set at "$at $word"
    end
  end
  echo $at
end
${[...words].map(([path, next]) => `complete -c miktos -n 'test (__miktos_at) = "${path}"' -a '${next.join(' ')}'`).join('\n')}
`
}

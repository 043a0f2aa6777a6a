import type { Verbs } from './queries.ts'

/** A line that could be meant, and what it does. */
export interface Completion {
  line: string
  /** As it is shown: with the names of what follows. */
  label: string
  note: string
}

interface Known extends Verbs {
  /** Those that sessions at the runners have. */
  modes: readonly string[]
}

const shownMax = 8

/** What the line could become: programs and verbs by what they begin with, as far as this person may ask for them. */
export function completionsOf(line: string, { verbs, programs, modes }: Known): Completion[] {
  const typed = line.trimStart()
  const [verb = '', ...words] = typed.split(/\s+/)
  const allowed = verbs.filter((one) => one.allowed)
  const runs = allowed.some(({ name }) => name === 'run')
  const started = words.length === 1 ? words[0]! : undefined
  const all: Completion[] =
    words.length === 0
      ? [
          ...(runs && !/^run./.test(verb) ? programCompletions(programs, verb === 'run' ? '' : verb) : []),
          ...allowed
            .filter(({ name }) => name !== 'run' && name.startsWith(verb))
            .map(({ name, usage, summary }) => ({
              line: usage ? `${name} ` : name,
              label: [name, usage].filter(Boolean).join(' '),
              note: summary,
            })),
        ]
      : started === undefined
        ? []
        : verb === 'run' && runs
          ? programCompletions(programs, started)
          : verb === 'start_mode'
            ? modes
                .filter((mode) => mode.startsWith(started))
                .map((mode) => ({ line: `start_mode ${quoted(mode)}`, label: `start_mode ${mode}`, note: 'Mode' }))
            : []
  return all.filter((one) => one.line.trim() !== typed.trim()).slice(0, shownMax)
}

const programCompletions = (programs: Verbs['programs'], started: string): Completion[] =>
  programs
    .filter(({ name }) => name.startsWith(started) || 'run'.startsWith(started))
    .map(({ name, description, approval }) => ({
      line: `run ${name}`,
      label: `run ${name}`,
      note: [description || 'Program', approval && 'another person has to agree'].filter(Boolean).join('; '),
    }))

/** As one word of a command line. */
const quoted = (word: string): string => (/^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)

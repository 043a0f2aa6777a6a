import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CommandError, exitCodes } from './failure.ts'
import type { Terminal } from './terminal.ts'

const silence = new Writable({ write: (_chunk, _encoding, done) => done() })

/** Asks on the terminal; what is typed stays invisible with `hidden`. Ctrl-C ends the command. */
async function prompt(question: string, hidden: boolean): Promise<string> {
  if (hidden) process.stderr.write(question)
  const lines = createInterface({ input: process.stdin, output: hidden ? silence : process.stderr, terminal: true })
  lines.once('SIGINT', () => {
    process.stderr.write('\n')
    process.exit(exitCodes.interrupted)
  })
  const answer = await lines.question(hidden ? '' : question)
  lines.close()
  if (hidden) process.stderr.write('\n')
  return answer
}

/** A line of text; `instead` says how to give it without being asked. */
export async function ask(terminal: Terminal, question: string, instead: string): Promise<string> {
  if (!terminal.canAsk) throw new CommandError('usage', `${question.replace(/[:?] *$/, '')} is missing`, instead)
  return (await prompt(question, false)).trim()
}

export interface SecretSource {
  /** Path of a file that holds it, `-` for standard input. */
  file?: string | undefined
}

/** A secret from a file, standard input, or typed invisibly; undefined when nobody can be asked. */
export async function readSecret(
  terminal: Terminal,
  question: string,
  { file }: SecretSource,
): Promise<string | undefined> {
  if (file === '-') return withoutNewline(await text(process.stdin))
  if (file !== undefined) return withoutNewline(readFile(file))
  return terminal.canAsk ? prompt(question, true) : undefined
}

/** The same, typed twice, for a secret that nobody could find out again. */
export async function readNewSecret(
  terminal: Terminal,
  question: string,
  source: SecretSource,
): Promise<string | undefined> {
  const first = await readSecret(terminal, question, source)
  if (first === undefined || source.file !== undefined) return first
  if ((await prompt('The same again: ', true)) !== first) throw new CommandError('usage', 'The two are not the same')
  return first
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError('usage', `${path} cannot be read: ${(error as Error).message}`)
  }
}

const withoutNewline = (secret: string): string => secret.replace(/\r?\n$/, '')

/**
 * Before something that cannot be undone: the name has to be typed, or given by `--confirm=<name>`.
 * @throws CommandError when it is another name, or nobody can be asked
 */
export async function confirmByName(
  terminal: Terminal,
  warning: string,
  name: string,
  given: string | undefined,
): Promise<void> {
  if (given === undefined) terminal.warn(warning)
  const typed = given ?? (await ask(terminal, `Type ${name} to go on: `, `Add --confirm=${name}`))
  if (typed !== name) throw new CommandError('usage', `"${typed}" is not "${name}"; nothing was changed`)
}

import type { CommandContext } from '../connect.ts'

/** What a command does, with its arguments and options; resolves with the exit code where that is not 0. */
export type Action = (context: CommandContext, args: string[], options: never) => Promise<number | void>

/** Makes the action of a command from a function that loads it when the command is called. */
export type Act = (load: () => Promise<Action>) => (...given: unknown[]) => Promise<void>

// Options that several commands take.
export const dryRun = ['-n, --dry-run', 'Say what would be done, and do nothing'] as const
export const passwordFile = ['--password-file <file>', 'File that holds the password, - for standard input'] as const
export const confirm = (name: string) =>
  [`--confirm <${name}>`, `The ${name} once more, instead of being asked to type it`] as const

import { accessSync, constants } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { digestOf } from './digest.ts'
import type { Environment } from '../environment.ts'
import { CommandError } from '../failure.ts'

/** A program and the arguments that always stand before those of a command. */
export type Argv = readonly [program: string, ...fixed: string[]]

export interface RunnerOptions {
  name: string
  /** What `run NAME` may start. */
  programs: ReadonlyMap<string, Argv>
  /** Of these names another person has to agree each time. */
  approvals: ReadonlySet<string>
  sessionProgram: Argv | undefined
  modes: readonly string[]
  stateFile: string
  /** How many programs of commands may run at once. */
  programsMax: number
}

/** As they are written on the command line. */
export interface Flags {
  name?: string
  allow?: string[]
  approve?: string[]
  sessionProgram?: string
  modes?: string
  stateFile?: string
  max: string
}

const programName = /^[a-zA-Z0-9][\w.-]{0,63}$/
const programsMaxMax = 100

/** @throws CommandError usage */
export function runnerOptions(flags: Flags, env: Environment, url: string): RunnerOptions {
  const name = flags.name ?? hostname()
  const programs = new Map((flags.allow ?? []).map(allowed))
  for (const approved of flags.approve ?? []) {
    if (!programs.has(approved)) throw usage(`--approve ${approved} names no program of --allow`)
  }
  const max = Number(flags.max)
  if (!Number.isInteger(max) || max < 1 || max > programsMaxMax) {
    throw usage(`--max ${flags.max} is no number of programs`, `Write a number from 1 to ${programsMaxMax}`)
  }
  return {
    name,
    programs,
    approvals: new Set(flags.approve),
    sessionProgram: flags.sessionProgram === undefined ? undefined : argvOf('--session-program', flags.sessionProgram),
    modes: (flags.modes ?? '').split(',').filter((mode) => mode !== ''),
    stateFile: flags.stateFile ?? defaultStateFile(env, url, name),
    programsMax: max,
  }
}

function allowed(text: string): [name: string, argv: Argv] {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(at, 0))
  if (!programName.test(name)) {
    throw usage(`--allow ${text} does not name a program`, 'Write --allow backup=/usr/local/bin/backup')
  }
  return [name, argvOf(`--allow ${name}`, text.slice(at + 1))]
}

/** Commas separate the arguments, since no shell is asked what a space means. */
function argvOf(flag: string, text: string): Argv {
  const [program = '', ...fixed] = text.split(',')
  if (!isAbsolute(program)) throw usage(`${flag}: "${program}" is not the full path of a program`)
  try {
    accessSync(program, constants.X_OK)
  } catch {
    throw usage(`${flag}: ${program} is not there, or cannot be run`)
  }
  return [program, ...fixed]
}

/** One for each name and server, so that runners do not mix up what they have done. */
function defaultStateFile(env: Environment, url: string, name: string): string {
  const folder = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  return join(folder, 'miktos', `runner-${digestOf(`${url} ${name}`)}.jsonl`)
}

const usage = (message: string, hint?: string): CommandError => new CommandError('usage', message, hint)

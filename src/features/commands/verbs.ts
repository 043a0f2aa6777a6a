import { invalid } from '#kernel/errors.ts'
import type { Permission } from '#kernel/permissions.ts'
import type { SessionStatus } from '../sessions/index.ts'

/** A command that runners understand. */
export interface Verb {
  name: string
  summary: string
  /** Names of what follows it, `[optional]`, `rest…`. */
  usage: string
  permission: Permission
  /** It is about one session, which has to be named. */
  needsSession: boolean
  /** Where it leads the session: refused where that is no legal move. */
  leadsTo?: SessionStatus
  /** What it ends does not come back by itself. */
  destructive?: boolean
  /** The session is there as soon as the command is on its way. */
  atOnce?: boolean
  argsMin: number
  argsMax: number
}

const onSession = { permission: 'sessions:write', needsSession: true } as const

/** The closed list of what can be asked for. `run` starts only programs that the runner itself lists by name. */
export const verbs: readonly Verb[] = [
  {
    name: 'start_session',
    summary: 'Start the session',
    usage: '',
    ...onSession,
    leadsTo: 'starting',
    atOnce: true,
    argsMin: 0,
    argsMax: 0,
  },
  {
    name: 'stop_session',
    summary: 'Stop the session',
    usage: '',
    ...onSession,
    leadsTo: 'stopping',
    atOnce: true,
    destructive: true,
    argsMin: 0,
    argsMax: 0,
  },
  {
    name: 'pause_session',
    summary: 'Pause the session',
    usage: '',
    ...onSession,
    leadsTo: 'paused',
    argsMin: 0,
    argsMax: 0,
  },
  {
    name: 'resume_session',
    summary: 'Go on with a paused session',
    usage: '',
    ...onSession,
    leadsTo: 'running',
    argsMin: 0,
    argsMax: 0,
  },
  {
    name: 'start_mode',
    summary: 'Have the session change to a mode',
    usage: 'mode',
    ...onSession,
    argsMin: 1,
    argsMax: 1,
  },
  {
    name: 'run',
    summary: 'Run a program that the runner allows',
    usage: 'program [arguments…]',
    permission: 'commands:write',
    needsSession: false,
    argsMin: 1,
    argsMax: 99,
  },
]

const byName = new Map(verbs.map((verb) => [verb.name, verb]))

/** @throws AppError VALIDATION_FAILED that lists what there is */
export function verbNamed(name: string, args: readonly string[]): Verb {
  const verb = byName.get(name)
  if (!verb) throw invalid('command', `There is no command ${name}; there are ${[...byName.keys()].join(', ')}`)
  if (args.length < verb.argsMin || args.length > verb.argsMax) {
    throw invalid('command', `Write ${[verb.name, verb.usage].join(' ').trim()}`)
  }
  return verb
}

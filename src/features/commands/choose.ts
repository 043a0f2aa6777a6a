import { AppError } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { activeByRunner, isConnected, type RunnerRow, type SessionRow } from '../sessions/index.ts'
import type { Verb } from './verbs.ts'

export interface Program {
  name: string
  description: string
  approval: boolean
}

export const programsOf = ({ programs_json }: RunnerRow): Program[] => JSON.parse(programs_json)

interface Wanted {
  verb: Verb
  args: readonly string[]
  session: SessionRow | undefined
  /** Name of the runner that the caller asked for. */
  runner: string | undefined
  /** Rather later than never. */
  wait: boolean
}

/**
 * The runner that is to have a command: the one that was named, the session's, or of those that are connected and can do
 * it the one with the least to do.
 * @throws AppError RESOURCE_NOT_FOUND for a name that is none; CONFLICT where nobody is there
 */
export async function chooseRunner(ctx: Context, db: ReadDb | Tx, wanted: Wanted): Promise<RunnerRow> {
  const runners = await db.selectFrom('runners').selectAll().orderBy('name').execute()
  const fixed = fixedRunner(runners, wanted)
  const chosen = fixed ?? (await leastBusy(ctx, db, runners, wanted))
  requireProgram(chosen, wanted)
  if (!wanted.wait && !isConnected(chosen, ctx.now())) {
    throw nobody(`The runner ${chosen.name} is not connected`, { runner: chosen.name }, true)
  }
  return chosen
}

function fixedRunner(runners: readonly RunnerRow[], { session, runner, verb }: Wanted): RunnerRow | undefined {
  const named = runner === undefined ? undefined : runners.find(({ name }) => name === runner)
  if (runner !== undefined && !named)
    throw new AppError('RESOURCE_NOT_FOUND', `No runner is called ${runner}`, { runner })
  const owner = runners.find(({ id }) => id === session?.runner_id)
  if (owner && named && owner.id !== named.id) {
    throw new AppError('CONFLICT', `The session is at the runner ${owner.name}`, { runner: owner.name })
  }
  if (session && !owner && !named && verb.name !== 'start_session') {
    throw nobody('No runner has this session; start it first', { session_id: session.id })
  }
  return owner ?? named
}

async function leastBusy(
  ctx: Context,
  tx: ReadDb | Tx,
  runners: readonly RunnerRow[],
  { verb, args, session, wait }: Wanted,
): Promise<RunnerRow> {
  const able = runners.filter((runner) => canDo(runner, verb, args, session))
  const there = able.filter((runner) => isConnected(runner, ctx.now()))
  const candidates = there.length > 0 || !wait ? there : able
  if (candidates.length === 0) {
    const what = verb.name === 'run' ? `allows ${args[0]}` : 'can take it'
    const missing = runners.length === 0 ? 'No runner has ever connected' : `No runner that ${what} is connected`
    throw nobody(missing, {}, able.length > 0)
  }
  const busy = await activeByRunner(tx as ReadDb)
  return candidates.toSorted((a, b) => (busy.get(a.id) ?? 0) - (busy.get(b.id) ?? 0))[0]!
}

function canDo(runner: RunnerRow, verb: Verb, args: readonly string[], session: SessionRow | undefined): boolean {
  if (verb.name === 'run') return programsOf(runner).some(({ name }) => name === args[0])
  const modes: string[] = JSON.parse(runner.modes_json)
  return modes.length === 0 || !session?.mode || modes.includes(session.mode)
}

function requireProgram(runner: RunnerRow, { verb, args }: Wanted): void {
  if (verb.name !== 'run' || canDo(runner, verb, args, undefined)) return
  const allowed = programsOf(runner).map(({ name }) => name)
  throw new AppError('CONFLICT', `The runner ${runner.name} does not allow ${args[0]}`, { allowed })
}

/** `canWait`: with "wait" the same request would be taken. */
function nobody(message: string, details: Record<string, unknown> = {}, canWait = false): AppError {
  const offer = canWait ? '. Send "wait": true to keep it until its deadline' : ''
  return new AppError('CONFLICT', `${message}: nobody would carry out the command${offer}`, {
    ...details,
    can_wait: canWait,
  })
}

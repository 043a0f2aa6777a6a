import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import type { ChangeNote, Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import {
  appendEvent,
  applyChanges,
  findSession,
  requireMove,
  type RunnerRow,
  type SessionRow,
} from '../sessions/index.ts'
import { visibleCommand } from './access.ts'
import { chooseRunner, programsOf } from './choose.ts'
import { wordsOf } from './parse.ts'
import { isOver, nextStatuses, type CommandStatus } from './status.ts'
import type { CommandRow } from './store.ts'
import { verbNamed, type Verb } from './verbs.ts'
import { isOwn } from './view.ts'

export interface NewCommand {
  command: string
  type: string
  session_id?: string | undefined
  runner?: string | undefined
  deadline_seconds: number
  wait: boolean
  approval: boolean
}

/** @throws AppError VALIDATION_FAILED, PERMISSION_DENIED, RESOURCE_NOT_FOUND, or CONFLICT where nobody would run it */
export async function createCommand(ctx: Context, input: NewCommand, idempotencyKey?: string): Promise<CommandRow> {
  const [name, ...args] = wordsOf(input.command)
  const verb = verbNamed(name, args)
  ctx.require(verb.permission)
  const known = idempotencyKey === undefined ? undefined : await sentBefore(ctx, idempotencyKey, input)
  if (known) return known
  try {
    return await insert(ctx, verb, args, input, idempotencyKey)
  } catch (error) {
    // Two with one key at once: the first has made it.
    const made = isDuplicate(error) && idempotencyKey !== undefined && (await sentBefore(ctx, idempotencyKey, input))
    if (made) return made
    throw error
  }
}

async function sentBefore(
  ctx: Context,
  key: string,
  { command, session_id }: NewCommand,
): Promise<CommandRow | undefined> {
  const known = await ctx.db
    .selectFrom('commands')
    .selectAll()
    .where('created_by', '=', ctx.actor.id)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (known && (known.command !== command || known.session_id !== (session_id ?? null))) {
    throw new AppError('CONFLICT', 'This Idempotency-Key was used for another command', { command_id: known.id })
  }
  return known
}

function insert(
  ctx: Context,
  verb: Verb,
  args: string[],
  input: NewCommand,
  idempotencyKey: string | undefined,
): Promise<CommandRow> {
  const now = ctx.now()
  const id = newId()
  return ctx.change('command.create', { kind: 'command', id }, async (tx, note) => {
    const { session, runner, status } = await assign(ctx, tx, verb, args, input)
    const row: CommandRow = {
      id,
      command: input.command,
      type: input.type,
      verb: verb.name,
      args_json: JSON.stringify(args),
      session_id: session?.id ?? null,
      runner_id: runner.id,
      status,
      created_by: ctx.actor.id,
      created_by_label: ctx.actor.label,
      idempotency_key: idempotencyKey ?? null,
      created_at: now,
      deadline_at: now + input.deadline_seconds * secondMs,
      approved_by: null,
      delivered_at: null,
      started_at: null,
      ended_at: null,
      cancel_requested_at: null,
      exit_code: null,
      detail: null,
      output_bytes: 0,
      output_truncated: 0,
    }
    await tx.insertInto('commands').values(row).execute()
    if (session) await tellSession(ctx, tx, session, row)
    note.after = { command: row.command, session_id: row.session_id, runner_id: row.runner_id, status: row.status }
    note.event = eventOf(row)
    return row
  })
}

/** Who is to carry a command out, and what has to come first. */
export interface Assignment {
  session: SessionRow | undefined
  runner: RunnerRow
  /** Why another person has to agree first; null where nobody has to. */
  approval: 'program' | 'asked' | null
  /** That it begins in. */
  status: 'awaiting_approval' | 'queued'
}

/** @throws AppError VALIDATION_FAILED, RESOURCE_NOT_FOUND, or CONFLICT where nobody would run it or it leads nowhere */
export async function assign(
  ctx: Context,
  db: ReadDb | Tx,
  verb: Verb,
  args: string[],
  input: NewCommand,
): Promise<Assignment> {
  const session = await sessionOf(db, verb, input.session_id)
  const runner = await chooseRunner(ctx, db, { verb, args, session, runner: input.runner, wait: input.wait })
  if (session) requireLegal(session, verb)
  const program = verb.name === 'run' ? programsOf(runner).find(({ name }) => name === args[0]) : undefined
  const approval = program?.approval ? 'program' : input.approval ? 'asked' : null
  return { session, runner, approval, status: approval === null ? 'queued' : 'awaiting_approval' }
}

async function sessionOf(db: ReadDb | Tx, verb: Verb, id: string | undefined): Promise<SessionRow | undefined> {
  if (id !== undefined) return findSession(db, id)
  if (verb.needsSession)
    throw new AppError('VALIDATION_FAILED', `${verb.name} is about a session; name it in session_id`, {
      fields: [{ field: 'session_id', message: 'Name a session' }],
    })
  return undefined
}

/** @throws AppError CONFLICT where the command leads nowhere */
function requireLegal(session: SessionRow, { leadsTo }: Verb): void {
  if (leadsTo === session.status) throw new AppError('CONFLICT', `The session is ${session.status} already`)
  if (leadsTo) requireMove(session.status, leadsTo)
}

/** The session belongs to the runner from now on. */
async function tellSession(ctx: Context, tx: Tx, session: SessionRow, row: CommandRow): Promise<void> {
  await appendEvent(tx, session, ctx.now(), {
    kind: 'command',
    text: `${row.created_by_label}: ${row.command}`,
    data: { command_id: row.id },
  })
  await applyChanges(ctx, tx, {}, session, { runner_id: row.runner_id })
}

/** What subscribers of `command.*` are told: enough to find it, and whom it concerns. */
export const eventOf = ({ id, runner_id, session_id, status, created_by }: CommandRow): Record<string, unknown> => ({
  command_id: id,
  runner_id,
  session_id,
  status,
  created_by,
})

/** One legal step in a transaction; undefined when the command is not where the step begins any more. */
export async function moveCommand(
  ctx: Context,
  tx: Tx,
  note: ChangeNote,
  before: CommandRow,
  status: CommandStatus,
  more: Partial<CommandRow> = {},
): Promise<CommandRow | undefined> {
  if (!nextStatuses[before.status].includes(status)) return undefined
  const changes = { ...more, status, ...(isOver(status) && { ended_at: ctx.now() }) }
  const { numUpdatedRows } = await tx
    .updateTable('commands')
    .set(changes)
    .where('id', '=', before.id)
    .where('status', '=', before.status)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return undefined
  const after = { ...before, ...changes }
  note.before = { status: before.status }
  note.after = { status, detail: after.detail, exit_code: after.exit_code }
  note.event = eventOf(after)
  return after
}

/** At once where nobody has it yet; else the runner is asked, and says when it has stopped. */
export function cancelCommand(ctx: Context, id: string): Promise<CommandRow> {
  return ctx.change('command.cancel', { kind: 'command', id }, async (tx, note) => {
    const before = await visibleCommand(ctx, id, tx)
    if (!isOwn(ctx, before)) ctx.require('commands:write')
    if (isOver(before.status)) throw isOverAlready(before)
    const detail = `Cancelled by ${ctx.actor.label}`
    const cancelled = await moveWaiting(ctx, tx, note, before, 'cancelled', { detail })
    if (cancelled) return cancelled
    const now = await visibleCommand(ctx, id, tx)
    if (isOver(now.status)) throw isOverAlready(now)
    await tx.updateTable('commands').set({ cancel_requested_at: ctx.now(), detail }).where('id', '=', id).execute()
    note.event = { ...eventOf(now), cancel: true }
    return { ...now, cancel_requested_at: ctx.now(), detail }
  })
}

const moveWaiting = async (
  ctx: Context,
  tx: Tx,
  note: ChangeNote,
  before: CommandRow,
  status: CommandStatus,
  more: Partial<CommandRow>,
): Promise<CommandRow | undefined> =>
  before.status === 'queued' || before.status === 'awaiting_approval'
    ? moveCommand(ctx, tx, note, before, status, more)
    : undefined

const isOverAlready = ({ status }: CommandRow): AppError =>
  new AppError('CONFLICT', `The command is ${status} already`, { status })

/** Nobody agrees to their own command. */
export const approveCommand = (ctx: Context, id: string): Promise<CommandRow> =>
  decide(ctx, id, 'command.approve', 'queued', { approved_by: ctx.actor.label })

export const rejectCommand = (ctx: Context, id: string, reason: string): Promise<CommandRow> =>
  decide(ctx, id, 'command.reject', 'rejected', {
    approved_by: ctx.actor.label,
    detail: reason === '' ? `Refused by ${ctx.actor.label}` : `Refused by ${ctx.actor.label}: ${reason}`,
  })

function decide(
  ctx: Context,
  id: string,
  action: string,
  status: CommandStatus,
  more: Partial<CommandRow>,
): Promise<CommandRow> {
  return ctx.change(action, { kind: 'command', id }, async (tx, note) => {
    const before = await visibleCommand(ctx, id, tx)
    if (isOwn(ctx, before)) throw new AppError('PERMISSION_DENIED', 'Another person has to agree to your command')
    if (before.status !== 'awaiting_approval') throw isOverAlready(before)
    const after = await moveCommand(ctx, tx, note, before, status, more)
    if (!after) throw new AppError('CONFLICT', 'Somebody else has decided meanwhile')
    return after
  })
}

import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { clientMessage, type ClientMessage } from '#platform/realtime/messages.ts'
import { storedText, type ConnectedRunner, type Runners } from '../sessions/index.ts'
import { moveCommand } from './commands.ts'
import { settleSession } from './settle.ts'
import { isOver, nextStatuses } from './status.ts'
import type { CommandRow } from './store.ts'

const id = z.string().min(1).max(128)
const pieceLengthMax = 16_384
/** What a command writes beyond this is counted and not kept. */
const outputBytesMax = 1024 * 1024
const detailLengthMax = 4_000

/** What a runner may say of a command; see docs/runner.md. */
export const runnerMessages = (runners: Runners): ClientMessage[] => [
  clientMessage({
    name: 'command_accepted',
    access: 'runners:write',
    data: z.strictObject({ id }),
    handle: async (ctx, data, peer) => accept(heard(runners.ofPeer(peer), ctx), data.id),
  }),
  clientMessage({
    name: 'command_output',
    access: 'runners:write',
    data: z.strictObject({
      id,
      seq: z.number().int().min(0).max(1_000_000_000),
      stream: z.enum(['stdout', 'stderr']).default('stdout'),
      text: storedText(pieceLengthMax),
    }),
    handle: async (ctx, data, peer) => storeOutput(heard(runners.ofPeer(peer), ctx), data),
  }),
  clientMessage({
    name: 'command_result',
    access: 'runners:write',
    data: z.strictObject({
      id,
      status: z.enum(['succeeded', 'failed', 'cancelled', 'expired']),
      exit_code: z.number().int().min(-1_000_000).max(1_000_000).nullable().default(null),
      detail: storedText(detailLengthMax).nullable().default(null),
    }),
    handle: async (ctx, data, peer) => finish(heard(runners.ofPeer(peer), ctx), data),
  }),
]

function heard(runner: ConnectedRunner, ctx: Context): ConnectedRunner {
  runner.heardAt = ctx.now()
  return runner
}

/** @throws AppError RESOURCE_NOT_FOUND for a command that is another runner's */
async function own({ id, ctx }: ConnectedRunner, commandId: string): Promise<CommandRow> {
  const command = await ctx.db.selectFrom('commands').selectAll().where('id', '=', commandId).executeTakeFirst()
  if (command?.runner_id === id) return command
  throw new AppError('RESOURCE_NOT_FOUND', 'You were given no such command', { command_id: commandId })
}

/**
 * `go: false`: it is over, or at work elsewhere, and must not be started. Asked again, because the answer was lost, the
 * same runner gets the same answer; another that has taken its name does not.
 */
async function accept(runner: ConnectedRunner, commandId: string): Promise<{ go: boolean; status: string }> {
  const { ctx, commands } = runner
  const command = await own(runner, commandId)
  if (command.status === 'running') return { go: commands.has(commandId), status: command.status }
  if (command.cancel_requested_at !== null) return turnAway(ctx, command, 'cancelled', command.detail)
  if (command.deadline_at <= ctx.now())
    return turnAway(ctx, command, 'expired', 'Its deadline passed before it was begun')
  const after = await ctx.change('command.start', { kind: 'command', id: commandId }, (tx, note) =>
    moveCommand(ctx, tx, note, command, 'running', { started_at: ctx.now() }),
  )
  if (after) commands.add(commandId)
  return { go: after !== undefined, status: after?.status ?? command.status }
}

async function turnAway(
  ctx: Context,
  command: CommandRow,
  status: 'cancelled' | 'expired',
  detail: string | null,
): Promise<{ go: boolean; status: string }> {
  const after = await endCommand(ctx, command, 'command.finish', status, { detail })
  return { go: false, status: after?.status ?? command.status }
}

function endCommand(
  ctx: Context,
  command: CommandRow,
  action: string,
  status: CommandRow['status'],
  more: Partial<CommandRow>,
): Promise<CommandRow | undefined> {
  return ctx.change(action, { kind: 'command', id: command.id }, async (tx, note) => {
    const after = await moveCommand(ctx, tx, note, command, status, more)
    if (after) await settleSession(ctx, tx, after)
    return after
  })
}

async function finish(
  runner: ConnectedRunner,
  {
    id: commandId,
    ...result
  }: { id: string; status: CommandRow['status']; exit_code: number | null; detail: string | null },
): Promise<{ status: string }> {
  const { ctx } = runner
  const command = await own(runner, commandId)
  // Told again after the connection broke: it is known.
  if (isOver(command.status) && command.status !== 'lost') return { status: command.status }
  const detail = result.detail ?? command.detail
  const more = { exit_code: result.exit_code, detail }
  const after = await endCommand(ctx, command, 'command.finish', result.status, more)
  if (after) return { status: after.status }
  const now = await own(runner, commandId)
  // That it was accepted, or is lost, was stored in the same moment: the runner says it once more.
  if (now.status !== command.status && nextStatuses[now.status].includes(result.status)) {
    throw new AppError('CONFLICT', 'The command has moved on; say it again', { status: now.status })
  }
  return { status: now.status }
}

async function storeOutput(
  runner: ConnectedRunner,
  piece: { id: string; seq: number; stream: 'stdout' | 'stderr'; text: string },
): Promise<{ kept: boolean }> {
  const { ctx } = runner
  const command = await own(runner, piece.id)
  const bytes = Buffer.byteLength(piece.text)
  const kept = command.output_bytes + bytes <= outputBytesMax
  const row = {
    command_id: piece.id,
    seq: piece.seq,
    at: ctx.now(),
    stream: piece.stream,
    text: piece.text,
  }
  try {
    await ctx.platform.database.measurement(async (tx) => {
      if (kept) await tx.insertInto('command_output').values(row).execute()
      await tx
        .updateTable('commands')
        .set((column) => (kept ? { output_bytes: column('output_bytes', '+', bytes) } : { output_truncated: 1 }))
        .where('id', '=', piece.id)
        .execute()
    })
  } catch (error) {
    // Sent again, because the answer was lost.
    if (isDuplicate(error)) return { kept: true }
    throw error
  }
  if (kept) await tellOutput(ctx, command, row)
  return { kept }
}

/** Output is no change of state, so that no event tells of it by itself. */
const tellOutput = ({ platform }: Context, { created_by }: CommandRow, row: object): Promise<void> =>
  platform.events.publish({
    id: newId(),
    topic: 'command-output',
    payload: { ...row, created_by },
    at: platform.now(),
  })

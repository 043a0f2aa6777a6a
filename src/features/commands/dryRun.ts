import type * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { iso, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { isConnected } from '../sessions/index.ts'
import { assign, type Assignment, type NewCommand } from './commands.ts'
import type { CommandPlan } from './contract.ts'
import { wordsOf } from './parse.ts'
import { verbNamed, type Verb } from './verbs.ts'

type Plan = z.output<typeof CommandPlan>

/**
 * What `createCommand` would do at this moment; nothing is kept, and nobody is told.
 * @throws AppError VALIDATION_FAILED for a line that says nothing
 */
export async function dryRun(ctx: Context, input: NewCommand): Promise<Plan> {
  const [name, ...args] = wordsOf(input.command)
  const verb = verbNamed(name, args)
  const outcome = await outcomeOf(ctx, verb, args, input)
  const assigned = outcome instanceof AppError ? undefined : outcome
  return {
    dry_run: true,
    command: input.command,
    verb: verb.name,
    args,
    permission: verb.permission,
    allowed: ctx.can(verb.permission),
    destructive: verb.destructive === true,
    session: assigned?.session ? { id: assigned.session.id, name: assigned.session.name } : null,
    runner: assigned ? runnerView(ctx, assigned) : null,
    approval: assigned?.approval ?? null,
    status: assigned?.status ?? null,
    deadline_at: iso(ctx.now() + input.deadline_seconds * secondMs),
    refusal: outcome instanceof AppError ? refusalOf(outcome) : null,
  }
}

/** Who may not ask for it is told nothing of runners. */
async function outcomeOf(ctx: Context, verb: Verb, args: string[], input: NewCommand): Promise<Assignment | AppError> {
  try {
    ctx.require(verb.permission)
    return await assign(ctx, ctx.db, verb, args, input)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

const runnerView = (ctx: Context, { runner }: Assignment): Plan['runner'] => ({
  id: runner.id,
  name: runner.name,
  connected: isConnected(runner, ctx.now()),
})

const refusalOf = ({ code, message, details }: AppError): Plan['refusal'] => ({
  code,
  message,
  can_wait: details['can_wait'] === true,
})

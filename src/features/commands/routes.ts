import { invalid } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { Context } from '#platform/context.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { visibleCommand } from './access.ts'
import { approveCommand, cancelCommand, createCommand, rejectCommand } from './commands.ts'
import type { commandsEndpoints } from './contract.ts'
import { dryRun } from './dryRun.ts'
import { listCommands, listPrograms, readOutput } from './list.ts'
import { createSnippet, deleteSnippet, listSnippets } from './snippets.ts'
import type { CommandRow, SnippetRow } from './store.ts'
import { verbs } from './verbs.ts'
import { commandViews, type CommandView } from './view.ts'

export const commandHandlers: Handlers<typeof commandsEndpoints> = {
  create: async (ctx, { body }) => {
    if (!body.dry_run) return view(ctx, await createCommand(ctx, body, idempotencyKeyOf(ctx)))
    ctx.outgoing.status(200)
    return dryRun(ctx, body)
  },
  history: (ctx, { query }) => listCommands(ctx, query),
  verbs: async (ctx) => ({
    verbs: verbs.map(({ name, usage, summary, permission, needsSession }) => ({
      name,
      usage,
      summary,
      permission,
      needs_session: needsSession,
      allowed: ctx.can(permission),
    })),
    programs: await listPrograms(ctx),
  }),
  snippets: async (ctx) => ({ snippets: (await listSnippets(ctx)).map((row) => snippetView(ctx, row)) }),
  createSnippet: async (ctx, { body }) => snippetView(ctx, await createSnippet(ctx, body)),
  removeSnippet: async (ctx, { params }) => {
    await deleteSnippet(ctx, params.snippet_id)
    return { success: true, message: 'Snippet deleted' }
  },
  get: async (ctx, { params }) => view(ctx, await visibleCommand(ctx, params.command_id)),
  output: async (ctx, { params, query }) => {
    const { pieces, ...rest } = await readOutput(ctx, params.command_id, query)
    return { output: pieces.map(({ seq, at, stream, text }) => ({ seq, at: iso(at), stream, text })), ...rest }
  },
  cancel: async (ctx, { params }) => view(ctx, await cancelCommand(ctx, params.command_id)),
  approve: async (ctx, { params }) => view(ctx, await approveCommand(ctx, params.command_id)),
  reject: async (ctx, { params, body }) => view(ctx, await rejectCommand(ctx, params.command_id, body.reason)),
  control: async (ctx, { params }) =>
    view(
      ctx,
      await createCommand(
        ctx,
        {
          command: `${params.action}_session`,
          type: 'control',
          session_id: params.session_id,
          deadline_seconds: controlDeadlineSeconds,
          wait: false,
          approval: false,
        },
        idempotencyKeyOf(ctx),
      ),
    ),
}

const controlDeadlineSeconds = 60
const keyLengthMax = 200

function idempotencyKeyOf({ incoming }: RequestContext): string | undefined {
  const key = incoming.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > keyLengthMax) throw invalid('Idempotency-Key', `At most ${keyLengthMax} characters`)
  return key
}

async function view(ctx: Context, row: CommandRow): Promise<CommandView> {
  const [seen] = await commandViews(ctx, [row])
  return seen!
}

const snippetView = (ctx: Context, { id, name, command, shared, owner_id, created_at }: SnippetRow) => ({
  id,
  name,
  command,
  shared: shared === 1,
  own: owner_id === ctx.actor.id,
  created_at: iso(created_at),
})

import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { booleanQuery, done, pageQuery, time } from '#kernel/page.ts'
import { commandStatuses } from './status.ts'

const commandLengthMax = 4_000
/** Line breaks and control characters have no place in a line that is typed. */
const commandLine = z
  .string()
  .trim()
  .min(1, 'Write a command')
  .max(commandLengthMax)
  .refine((text) => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), 'Leave control characters out')
const name = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'Leave control characters out')

export const Command = z.object({
  id: z.string(),
  command: z.string(),
  type: z.string(),
  verb: z.string(),
  args: z.array(z.string()),
  session_id: z.string().nullable(),
  session_name: z.string().nullable(),
  runner_id: z.string(),
  runner_name: z.string().nullable(),
  status: z.enum(commandStatuses),
  created_by: z.string(),
  user: z.string(),
  created_at: time,
  deadline_at: time,
  approved_by: z.string().nullable(),
  delivered_at: time.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  duration_ms: z.number().int().nullable(),
  cancel_requested_at: time.nullable(),
  exit_code: z.number().int().nullable(),
  detail: z.string().nullable(),
  output_bytes: z.number().int(),
  /** More came than is kept. */
  output_truncated: z.boolean(),
  can_cancel: z.boolean(),
  can_approve: z.boolean(),
})

/** What would become of a command, were it given now. */
export const CommandPlan = z.object({
  dry_run: z.literal(true),
  command: z.string(),
  verb: z.string(),
  args: z.array(z.string()),
  /** What one has to hold to ask for it. */
  permission: z.string(),
  allowed: z.boolean(),
  /** What it ends does not come back by itself. */
  destructive: z.boolean(),
  session: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Who would take it; null where nobody would. */
  runner: z.object({ id: z.string(), name: z.string(), connected: z.boolean() }).nullable(),
  /** Why another person would have to agree first: the `program` wants it, or the caller `asked` for it. */
  approval: z.enum(['program', 'asked']).nullable(),
  /** That it would begin in; null where it would be refused. */
  status: z.enum(['awaiting_approval', 'queued']).nullable(),
  deadline_at: time,
  /** As the request would be answered without `dry_run`; `can_wait`: with `wait` it would be taken. */
  refusal: z.object({ code: z.string(), message: z.string(), can_wait: z.boolean() }).nullable(),
})

const OutputPiece = z.object({
  seq: z.number().int(),
  at: time,
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
})

const Snippet = z.object({
  id: z.string(),
  name: z.string(),
  command: z.string(),
  shared: z.boolean(),
  own: z.boolean(),
  created_at: time,
})

const params = z.object({ command_id: z.string().min(1).max(128) })
const snippetParams = z.object({ snippet_id: z.string().min(1).max(128) })
const readers = ['commands:read', 'commands:write', 'commands:approve', 'sessions:write'] as const
const writers = ['commands:write', 'sessions:write'] as const
const ownOnly = 'Without `commands:read` only own commands exist: those of others answer 404.'

export const commandsEndpoints = {
  create: {
    method: 'POST',
    path: '/commands',
    summary: 'Give a command to a runner',
    description: [
      'The line is split into words as a shell would, but no shell ever sees it. `GET /commands/verbs` lists what there is; each verb needs its own permission.',
      'It is delivered at least once, with an id by which the runner runs it at most once. Where no runner is there to take it the answer is 409 CONFLICT and nothing is kept, unless `wait` is true: then it waits until its deadline. `can_wait` among the details says whether that would help.',
      'With the header `Idempotency-Key` a repeated request answers the command that the first one made.',
      'With `dry_run` the answer is 200 and says what would become of it; nothing is kept and no runner is told.',
    ].join('\n\n'),
    access: writers,
    status: 201,
    body: z.strictObject({
      command: commandLine,
      type: name(100).default('manual_command').describe('What it was meant as; kept and told, nothing else'),
      session_id: z.string().min(1).max(128).optional(),
      runner: name(100).optional().describe('Name of the runner; that of the session, or one that fits, unless given'),
      deadline_seconds: z.number().int().min(1).max(86_400).default(300),
      wait: z.boolean().default(false),
      approval: z
        .boolean()
        .default(false)
        .describe('Another person has to agree first, also where the program does not ask for it'),
      dry_run: z.boolean().default(false).describe('Only tell what would happen'),
    }),
    reply: z.union([Command, CommandPlan]),
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: { command: 'run backup --fast', type: 'manual_command' } },
  },
  history: {
    method: 'GET',
    path: '/commands/history',
    aliases: ['/commands'],
    summary: 'List commands, newest first',
    description: ownOnly,
    access: readers,
    query: z.object({
      ...pageQuery(100, 500),
      status: z.enum(commandStatuses).optional(),
      open: booleanQuery.optional().describe('Only those that are not over'),
      session_id: z.string().max(128).optional(),
      runner_id: z.string().max(128).optional(),
      user_id: z.string().max(128).optional(),
      q: z.string().max(200).optional().describe('Part of the command, whatever the case'),
    }),
    reply: z.object({ commands: z.array(Command), total: z.number().int(), has_more: z.boolean() }),
  },
  verbs: {
    method: 'GET',
    path: '/commands/verbs',
    summary: 'What can be asked for, and which programs the connected runners allow',
    access: readers,
    reply: z.object({
      verbs: z.array(
        z.object({
          name: z.string(),
          usage: z.string(),
          summary: z.string(),
          permission: z.string(),
          needs_session: z.boolean(),
          allowed: z.boolean(),
        }),
      ),
      programs: z.array(
        z.object({ name: z.string(), description: z.string(), approval: z.boolean(), runners: z.array(z.string()) }),
      ),
    }),
  },
  snippets: {
    method: 'GET',
    path: '/commands/snippets',
    summary: 'List own and shared snippets',
    access: writers,
    reply: z.object({ snippets: z.array(Snippet) }),
  },
  createSnippet: {
    method: 'POST',
    path: '/commands/snippets',
    summary: 'Keep a command under a name',
    access: writers,
    status: 201,
    body: z.strictObject({ name: name(200), command: commandLine, shared: z.boolean().default(false) }),
    reply: Snippet,
    errors: ['CONFLICT'],
    example: { body: { name: 'Nightly backup', command: 'run backup --fast' } },
  },
  removeSnippet: {
    method: 'DELETE',
    path: '/commands/snippets/{snippet_id}',
    summary: 'Delete an own snippet',
    access: writers,
    params: snippetParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  get: {
    method: 'GET',
    path: '/commands/{command_id}',
    summary: 'Read one command',
    description: ownOnly,
    access: readers,
    params,
    reply: Command,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  output: {
    method: 'GET',
    path: '/commands/{command_id}/output',
    summary: 'What a command wrote, in order',
    description: ownOnly,
    access: readers,
    params,
    query: z.object({
      after: z.coerce.number().int().min(-1).default(-1).describe('`seq` of the last piece that is known already'),
      limit: z.coerce.number().int().min(1).max(1_000).default(500),
    }),
    reply: z.object({ output: z.array(OutputPiece), has_more: z.boolean(), truncated: z.boolean() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  cancel: {
    method: 'POST',
    path: '/commands/{command_id}/cancel',
    summary: 'Cancel a command',
    description:
      'One that waits is cancelled at once; one that a runner has is cancelled when the runner says so. Those of others need `commands:write`.',
    access: writers,
    params,
    reply: Command,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  approve: {
    method: 'POST',
    path: '/commands/{command_id}/approve',
    summary: "Agree to somebody else's command",
    access: 'commands:approve',
    params,
    reply: Command,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  reject: {
    method: 'POST',
    path: '/commands/{command_id}/reject',
    summary: 'Refuse a command that waits for approval',
    access: 'commands:approve',
    params,
    body: z.strictObject({ reason: z.string().max(2_000).default('') }),
    reply: Command,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  control: {
    method: 'POST',
    path: '/sessions/{session_id}/{action}',
    summary: 'Start, pause, resume or stop an automation session',
    description:
      'Gives its runner the command; the answer is that command. A session that no runner has yet is given to the connected one that has least to do.',
    access: 'sessions:write',
    status: 201,
    params: z.object({
      session_id: z.string().min(1).max(128),
      action: z.enum(['start', 'pause', 'resume', 'stop']),
    }),
    reply: Command,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints

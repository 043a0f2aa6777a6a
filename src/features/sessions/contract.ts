import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, pageQuery, time } from '#kernel/page.ts'
import { sessionStatuses } from './status.ts'
import { sessionEventKinds } from './store.ts'

const storable = (text: string): boolean => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)

/** One line that every engine stores and gives back as it is. */
export const line = (max: number) =>
  z.string().trim().min(1).max(max).refine(storable, 'Leave line breaks and control characters out')

/** Any text, kept as near to what was sent as every engine can: a program may write anything. */
export const storedText = (max: number) =>
  z
    .string()
    .max(max)
    .transform((text) => text.toWellFormed().replaceAll('\0', '�'))

/** Of a runner or a session: figures by name. */
export const figures = z
  .record(z.string().min(1).max(64), z.number())
  .refine((record) => Object.keys(record).length <= 50, 'At most 50 figures')

export const Session = z.object({
  id: z.string(),
  name: z.string(),
  /** The same, as older clients call it. */
  character_name: z.string(),
  server: z.string(),
  status: z.enum(sessionStatuses),
  /** Where it may go from here. */
  next_statuses: z.array(z.enum(sessionStatuses)),
  mode: z.string().nullable(),
  current_mode: z.string().nullable(),
  owner_id: z.string().nullable(),
  owner: z.string(),
  runner_id: z.string().nullable(),
  runner_name: z.string().nullable(),
  runner_connected: z.boolean(),
  /** 0 to 1. */
  progress: z.number().nullable(),
  progress_note: z.string().nullable(),
  metrics: z.record(z.string(), z.number()),
  heartbeat_at: time.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  reason: z.string().nullable(),
  created_at: time,
  updated_at: time,
})

export const SessionEvent = z.object({
  id: z.string(),
  at: time,
  kind: z.enum(sessionEventKinds),
  text: z.string(),
  data: z.unknown(),
})

export const Runner = z.object({
  id: z.string(),
  name: z.string(),
  owner_id: z.string(),
  version: z.string(),
  modes: z.array(z.string()),
  programs: z.array(z.object({ name: z.string(), description: z.string(), approval: z.boolean() })),
  connected: z.boolean(),
  connected_at: time.nullable(),
  seen_at: time,
  address: z.string().nullable(),
  active_sessions: z.number().int(),
})

const params = z.object({ session_id: z.string().min(1).max(128) })
const named = {
  name: line(200).optional(),
  character_name: line(200).optional(),
  server: line(200).optional(),
  mode: line(200).optional(),
  current_mode: line(200).optional(),
}
const bothNames = `\`character_name\` and \`current_mode\` are other names of \`name\` and \`mode\`; the former wins where both are given.`

export const sessionsEndpoints = {
  list: {
    method: 'GET',
    path: '/sessions',
    summary: 'List automation sessions',
    access: 'sessions:read',
    query: z.object({
      ...pageQuery(100, 500),
      status: z.enum(sessionStatuses).optional(),
      server: z.string().max(200).optional(),
      runner_id: z.string().max(128).optional(),
      q: z.string().max(100).optional().describe('Part of the name, whatever the case'),
    }),
    reply: z.object({
      sessions: z.array(Session),
      total: z.number().int(),
      has_more: z.boolean(),
      counts: z.record(z.enum(sessionStatuses), z.number().int()),
    }),
  },
  create: {
    method: 'POST',
    path: '/sessions',
    summary: 'Create an automation session',
    description: `It begins as \`created\`; \`POST /sessions/{session_id}/start\` has a runner start it. ${bothNames}`,
    access: 'sessions:write',
    status: 201,
    body: z.strictObject({
      ...named,
      runner: line(200).optional().describe('Name of the runner that is to take it; any that is free unless given'),
    }),
    reply: Session,
    errors: ['RESOURCE_NOT_FOUND'],
    example: { body: { character_name: 'TestCharacter', server: 'Basilisk' } },
  },
  get: {
    method: 'GET',
    path: '/sessions/{session_id}',
    summary: 'Read one automation session',
    access: 'sessions:read',
    params,
    reply: Session,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  update: {
    method: 'PUT',
    path: '/sessions/{session_id}',
    aliases: ['PATCH /sessions/{session_id}'],
    summary: 'Say how an automation session is doing; what is left out stays',
    description: `For programs that report over HTTP: it also counts as a sign of life. A status that cannot follow the present one answers 409 CONFLICT with \`allowed\`. ${bothNames}`,
    access: 'sessions:write',
    params,
    body: z.strictObject({
      ...named,
      status: z.enum(sessionStatuses).optional(),
      progress: z.number().min(0).max(1).nullable().optional(),
      progress_note: line(255).nullable().optional(),
      metrics: figures.optional(),
      reason: z.string().max(2_000).optional(),
    }),
    reply: Session,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: { status: 'running', current_mode: 'combat_training' } },
  },
  remove: {
    method: 'DELETE',
    path: '/sessions/{session_id}',
    summary: 'Delete an automation session that is not at work',
    access: 'sessions:write',
    params,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  events: {
    method: 'GET',
    path: '/sessions/{session_id}/events',
    summary: 'What happened in a session, newest first',
    access: 'sessions:read',
    params,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(100),
      before: z.string().max(128).optional().describe('Id of the oldest event that is known already'),
    }),
    reply: z.object({ events: z.array(SessionEvent), has_more: z.boolean() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  runners: {
    method: 'GET',
    path: '/runners',
    summary: 'List runners, connected or not',
    access: 'sessions:read',
    reply: z.object({ runners: z.array(Runner) }),
  },
  forgetRunner: {
    method: 'DELETE',
    path: '/runners/{runner_id}',
    summary: 'Forget a runner that is away',
    access: 'sessions:write',
    params: z.object({ runner_id: z.string().min(1).max(128) }),
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints

import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, pageQuery, time } from '#kernel/page.ts'
import { projectStatuses } from './status.ts'

const contentBytesMax = 100 * 1024

export const messageRoles = ['user', 'assistant', 'system'] as const

export const Project = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  status: z.enum(projectStatuses),
  /** Where it may go from here. */
  next_statuses: z.array(z.enum(projectStatuses)),
  owner_id: z.string(),
  owner_username: z.string(),
  message_count: z.number().int(),
  last_message_at: time.nullable(),
  created_at: time,
  updated_at: time,
  /** Labelled sample data of `--demo`. */
  demo: z.boolean(),
  /** What the caller may do with it. */
  can_edit: z.boolean(),
  can_delete: z.boolean(),
})

export const Message = z.object({
  id: z.string(),
  project_id: z.string(),
  role: z.enum(messageRoles),
  content: z.string(),
  author_id: z.string(),
  /** Null when the author was deleted, or is no user. */
  author_username: z.string().nullable(),
  created_at: time,
})

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Text that every engine stores and gives back as it is. */
const storable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const line = z
  .string()
  .trim()
  .min(1, 'Write a name')
  .max(200)
  .refine(
    (text) => storable(text) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
    'Leave line breaks and control characters out',
  )

const description = z.string().max(10_000).refine(storable, 'Leave the character U+0000 out')

const content = z
  .string()
  .min(1, 'Write something')
  .refine((text) => bytesOf(text) <= contentBytesMax, `Write at most ${contentBytesMax} bytes`)
  .refine(storable, 'Leave the character U+0000 out')

const status = z.enum(projectStatuses)
const ownerId = z.string().min(1).max(128)
const projectParams = z.object({ project_id: z.string().min(1).max(128) })

const ownOnly = 'Without the global permission only own projects exist: those of others answer 404.'

export const projectsEndpoints = {
  list: {
    method: 'GET',
    path: '/projects',
    summary: 'List projects',
    description: ownOnly,
    access: ['projects:own', 'projects:read'],
    query: z.object({
      ...pageQuery(50, 500),
      q: z.string().max(100).optional().describe('Part of the name or description, whatever the case'),
      status: status.optional(),
      owner_id: ownerId.optional(),
      sort: z
        .enum(['created_at', '-created_at', 'updated_at', '-updated_at', 'name', '-name', 'status', '-status'])
        .default('-updated_at'),
    }),
    reply: z.object({ projects: z.array(Project), total: z.number().int(), has_more: z.boolean() }),
  },
  create: {
    method: 'POST',
    path: '/projects',
    summary: 'Create a project',
    description:
      'It belongs to the caller. Naming another owner needs `projects:write`; ADMIN_TOKEN, which is no user, has to name one.',
    access: ['projects:own', 'projects:write'],
    status: 201,
    body: z.strictObject({
      name: line,
      description: description.default(''),
      status: z.enum(['NONE', 'PENDING']).default('NONE'),
      owner_id: ownerId.optional(),
    }),
    reply: Project,
    example: { body: { name: 'Support bot', description: 'Answers the first question' } },
  },
  get: {
    method: 'GET',
    path: '/projects/{project_id}',
    summary: 'Read one project',
    description: ownOnly,
    access: ['projects:own', 'projects:read'],
    params: projectParams,
    reply: Project,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  update: {
    method: 'PUT',
    path: '/projects/{project_id}',
    aliases: ['PATCH /projects/{project_id}'],
    summary: 'Change a project; what is left out stays',
    description: [
      ownOnly,
      'The status goes NONE → PENDING → PROCESSING → COMPLETED. Work that runs may be queued again (PENDING) or given up (NONE); a completed project may be run again (PENDING) or reset (NONE). Any other step answers 409 CONFLICT with `allowed`; the same status again changes nothing.',
      'With `updated_at`, the value that was read, a change that somebody else made since answers 409 CONFLICT with the present value instead of being overwritten.',
      'Another `owner_id` hands the project over and needs `projects:write`.',
    ].join('\n\n'),
    access: ['projects:own', 'projects:write'],
    params: projectParams,
    body: z.strictObject({
      name: line.optional(),
      description: description.optional(),
      status: status.optional(),
      owner_id: ownerId.optional(),
      updated_at: time.optional().describe('As it was read; guards against overwriting'),
    }),
    reply: Project,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: { status: 'PENDING' } },
  },
  remove: {
    method: 'DELETE',
    path: '/projects/{project_id}',
    summary: 'Delete a project with its messages',
    access: ['projects:own', 'projects:delete'],
    params: projectParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  listMessages: {
    method: 'GET',
    path: '/projects/{project_id}/messages',
    summary: "List a project's messages, newest first",
    description: ownOnly,
    access: ['projects:own', 'projects:read'],
    params: projectParams,
    query: z.object({ ...pageQuery(50, 500), role: z.enum(messageRoles).optional() }),
    reply: z.object({ messages: z.array(Message), total: z.number().int(), has_more: z.boolean() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  createMessage: {
    method: 'POST',
    path: '/projects/{project_id}/messages',
    summary: 'Add a message',
    access: ['projects:own', 'projects:write'],
    params: projectParams,
    status: 201,
    body: z.strictObject({ role: z.enum(messageRoles).default('user'), content }),
    reply: Message,
    errors: ['RESOURCE_NOT_FOUND'],
    example: { body: { role: 'user', content: 'Where is my order?' } },
  },
  removeMessage: {
    method: 'DELETE',
    path: '/projects/{project_id}/messages/{message_id}',
    summary: 'Delete a message',
    access: ['projects:own', 'projects:delete'],
    params: projectParams.extend({ message_id: z.string().min(1).max(128) }),
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints

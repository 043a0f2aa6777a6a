import { isAbsolute } from 'node:path'
import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'

const count = z.number().int()
const labels = z
  .record(z.string().regex(/^[a-zA-Z_]\w*$/, 'Write letters, digits and "_"'), z.string().min(1).max(500))
  .refine((given) => Object.keys(given).length <= 10, 'Give at most 10 labels')

export const FileSource = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'Write 1 to 100 letters, digits, "_", "." and "-"')
    .describe('The service under which its lines are found, unless a label `service_name` says otherwise'),
  path: z
    .string()
    .min(1)
    .max(1_000)
    .refine((path) => isAbsolute(path) && !path.includes('\0'), 'Write an absolute path')
    .describe('Files, such as /var/log/app/*.log; `*`, `?`, `**` and `{a,b}` have their usual meaning'),
  labels: labels.default({}),
  multiline_start: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe('RE2 syntax: a line that it matches begins an entry, others belong to the one before'),
  enabled: z.boolean().default(true),
})

export type FileSourceInput = z.output<typeof FileSource>

export const Source = z.object({
  kind: z.enum(['own', 'file', 'journal', 'docker']),
  name: z.string(),
  enabled: z.boolean(),
  /** Null but for files. */
  definition: FileSource.nullable(),
  lines_read: count.describe('Since this server started'),
  last_error: z.string().nullable(),
  /** Files or containers that are read now, at most 200. */
  items: z.array(
    z.object({
      name: z.string(),
      position: z
        .string()
        .describe('Bytes read of a file, time of the last line of a container, cursor of the journal'),
      size_bytes: count.nullable(),
    }),
  ),
  items_found: count,
  /** What was found and is not read. */
  problems: z.array(z.object({ name: z.string(), problem: z.string() })),
})

const sources = z.object({
  sources: z.array(Source),
  revision: z.string().describe('Of the files; another one as soon as one of them is changed'),
})

export const collectionEndpoints = {
  sources: {
    method: 'GET',
    path: '/logs/sources',
    summary: 'List what this server collects logs from, and how far it has read',
    access: 'logs:read',
    reply: sources,
  },
  setSources: {
    method: 'PUT',
    path: '/logs/sources',
    summary: 'Change which files logs are collected from',
    description: 'Where somebody else saved since `revision` was read, the answer is 409 CONFLICT.',
    access: 'settings:configure',
    body: z.strictObject({
      files: z.array(FileSource).max(100),
      revision: z.string().max(100).optional().describe('As it was read'),
    }),
    reply: sources,
    errors: ['CONFLICT'],
    example: {
      body: { files: [{ name: 'nginx', path: '/var/log/nginx/*.log', labels: { env: 'prod' }, enabled: true }] },
    },
  },
} satisfies Endpoints

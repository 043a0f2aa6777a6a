import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'

const count = z.number().int()

export const demoEndpoints = {
  get: {
    method: 'GET',
    path: '/admin/demo',
    summary: 'Whether there is sample data, and how much',
    access: ['settings:read', 'users:read'],
    reply: z.object({ enabled: z.boolean().describe('Started with --demo'), users: count, projects: count }),
  },
  remove: {
    method: 'POST',
    path: '/admin/demo/remove',
    summary: 'Delete all sample data',
    description:
      'Users made by --demo with all that is theirs, sample projects whoever owns them by now, and the activity of those users. Nothing happens the second time. A start with --demo brings a new sample.',
    access: 'settings:configure',
    reply: z.object({ success: z.literal(true), message: z.string(), users_removed: count, projects_removed: count }),
  },
} as const satisfies Endpoints

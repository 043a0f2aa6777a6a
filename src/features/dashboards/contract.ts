import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, time } from '#kernel/page.ts'
import { Board, panelTypes } from './board.ts'

const id = z.string().min(1).max(128)
const params = z.object({ dashboard_id: id })

const summary = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  folder: z.string(),
  tags: z.array(z.string()),
  /** `builtin` comes with the product, `file` from `dashboards_dir`, `own` was made here. Only own ones change. */
  source: z.enum(['builtin', 'file', 'own']),
  owner_id: z.string().nullable(),
  owner_username: z.string().nullable(),
  /** Whether all who may write dashboards may edit this one. */
  open: z.boolean(),
  /** Counts up with every change; 0 for those that never change here. */
  version: z.number().int(),
  updated_at: time.nullable(),
  updated_by: z.string().nullable(),
  starred: z.boolean(),
  panel_count: z.number().int(),
  can_edit: z.boolean(),
  can_delete: z.boolean(),
})

/** A dashboard with what is known of it. */
export const Dashboard = summary.extend({ board: Board })

const unmapped = z.object({
  /** Panel, variable or setting. */
  where: z.string(),
  what: z.string(),
})

export const dashboardsEndpoints = {
  catalogue: {
    method: 'GET',
    path: '/metrics/dashboards',
    summary: 'List dashboards with their addresses',
    description: 'Cached for an hour, and renewed as soon as a dashboard changes.',
    access: 'metrics:read',
    reply: z.object({
      dashboards: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          description: z.string(),
          url: z.string(),
          tags: z.array(z.string()),
        }),
      ),
    }),
  },
  list: {
    method: 'GET',
    path: '/dashboards',
    summary: 'List dashboards with owner, folder and what the caller may do',
    access: 'metrics:read',
    reply: z.object({
      dashboards: z.array(summary.extend({ panel_types: z.array(z.enum(panelTypes)) })),
      /** Files of `dashboards_dir` that could not be read. */
      problems: z.array(z.object({ file: z.string(), message: z.string() })),
    }),
  },
  create: {
    method: 'POST',
    path: '/dashboards',
    summary: 'Create a dashboard',
    description: 'Its id is made from the title.',
    access: 'dashboards:write',
    status: 201,
    body: z.strictObject({
      board: Board,
      open: z.boolean().default(false).describe('All who may write dashboards may edit it'),
    }),
    reply: Dashboard,
    errors: ['CONFLICT'],
    example: {
      body: {
        board: {
          title: 'Orders',
          panels: [{ id: 'a', type: 'timeseries', title: 'CPU', x: 0, y: 0, w: 12, h: 8, queries: [{ expr: 'up' }] }],
        },
      },
    },
  },
  convert: {
    method: 'POST',
    path: '/dashboards/import',
    summary: 'Read a Grafana dashboard, or one exported here, without storing it',
    description: 'Answers the dashboard as it would be created, and what of it has no counterpart here.',
    access: 'dashboards:write',
    body: z.strictObject({ json: z.record(z.string(), z.unknown()) }),
    reply: z.object({ board: Board, not_mapped: z.array(unmapped) }),
  },
  get: {
    method: 'GET',
    path: '/dashboards/{dashboard_id}',
    summary: 'Read one dashboard',
    access: 'metrics:read',
    params,
    reply: Dashboard,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  update: {
    method: 'PUT',
    path: '/dashboards/{dashboard_id}',
    summary: 'Replace a dashboard',
    description:
      'Built-in dashboards and those from files are locked. `version`, the one that was read, guards against overwriting: where somebody else saved since, the answer is 409 CONFLICT with `version`, `updated_by` and `updated_at` of what is there now.',
    access: 'dashboards:write',
    params,
    body: z.strictObject({
      board: Board,
      version: z.number().int().min(1).describe('As it was read'),
      open: z.boolean().optional(),
    }),
    reply: Dashboard,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  remove: {
    method: 'DELETE',
    path: '/dashboards/{dashboard_id}',
    summary: 'Delete a dashboard',
    access: 'dashboards:write',
    params,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  star: {
    method: 'PUT',
    path: '/dashboards/{dashboard_id}/star',
    summary: "Put a dashboard among the caller's own favourites, or take it away",
    access: 'metrics:read',
    params,
    body: z.strictObject({ starred: z.boolean() }),
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints

import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call, callPage } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'

export type Project = Reply<Api['GET /projects/{project_id}']>
export type ProjectStatus = Project['status']
export type Message = Reply<Api['GET /projects/{project_id}/messages']>['messages'][number]

export const statuses = ['NONE', 'PENDING', 'PROCESSING', 'COMPLETED'] as const satisfies readonly ProjectStatus[]
export const sorts = [
  '-updated_at',
  'updated_at',
  'name',
  '-name',
  'status',
  '-status',
  'created_at',
  '-created_at',
] as const
export const projectsPerPage = 50
export const messagesPerPage = 20

interface Wanted {
  q: string
  status: ProjectStatus | undefined
  owner_id: string | undefined
  sort: (typeof sorts)[number]
  offset: number
}

export const projectsQuery = (wanted: Wanted) =>
  queryOptions({
    queryKey: ['projects', 'list', wanted],
    queryFn: ({ signal }) => call('GET /projects', { query: { ...wanted, limit: projectsPerPage }, signal }),
    placeholderData: (before) => before,
  })

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', 'one', id],
    queryFn: ({ signal }) => call('GET /projects/{project_id}', { params: { project_id: id }, signal }),
  })

export const messagesQuery = (id: string, offset: number) =>
  queryOptions({
    queryKey: ['projects', 'messages', id, offset],
    queryFn: ({ signal }) =>
      call('GET /projects/{project_id}/messages', {
        params: { project_id: id },
        query: { limit: messagesPerPage, offset },
        signal,
      }),
    placeholderData: (before) => before,
  })

/** Who a project can be handed to. */
export const ownersQuery = queryOptions({
  queryKey: ['users', 'owners'],
  queryFn: ({ signal }) => callPage('GET /admin/users', { query: { limit: 1_000, sort: 'username' }, signal }),
})

export const refreshProjects = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['projects'] })

import type { Handlers } from '#platform/http/endpoints.ts'
import type { projectsEndpoints } from './contract.ts'
import { describeMessage, describeProject, listMessages, listProjects, readProject } from './list.ts'
import { createMessage, deleteMessage } from './messages.ts'
import { createProject, deleteProject, updateProject } from './projects.ts'
import { messageView, projectView } from './view.ts'

export const projectHandlers: Handlers<typeof projectsEndpoints> = {
  list: async (ctx, { query }) => {
    const { projects, total, has_more } = await listProjects(ctx, query)
    return { projects: projects.map((project) => projectView(ctx, project)), total, has_more }
  },
  create: async (ctx, { body }) => projectView(ctx, await describeProject(ctx.db, await createProject(ctx, body))),
  get: async (ctx, { params }) => projectView(ctx, await readProject(ctx, params.project_id)),
  update: async (ctx, { params, body }) =>
    projectView(ctx, await describeProject(ctx.db, await updateProject(ctx, params.project_id, body))),
  remove: async (ctx, { params }) => {
    await deleteProject(ctx, params.project_id)
    return { success: true, message: 'Project deleted' }
  },
  listMessages: async (ctx, { params, query }) => {
    const { messages, total, has_more } = await listMessages(ctx, params.project_id, query)
    return { messages: messages.map(messageView), total, has_more }
  },
  createMessage: async (ctx, { params, body }) =>
    messageView(await describeMessage(ctx.db, await createMessage(ctx, params.project_id, body))),
  removeMessage: async (ctx, { params }) => {
    await deleteMessage(ctx, params.project_id, params.message_id)
    return { success: true, message: 'Message deleted' }
  },
}

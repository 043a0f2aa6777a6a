import { feature } from '#platform/http/endpoints.ts'
import { projectsEndpoints } from './contract.ts'
import { projectHandlers } from './routes.ts'
import { projectMigrations } from './store.ts'

export {
  countProjects,
  deleteProjectsOf,
  messageCounts,
  projectCounts,
  transferProjects,
  type MessageRow,
  type ProjectRow,
} from './store.ts'

export const projectsFeature = feature({
  name: 'projects',
  migrations: projectMigrations,
  endpoints: projectsEndpoints,
  handlers: projectHandlers,
})

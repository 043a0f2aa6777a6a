export { countProjects, deleteProjectsOf, projectCounts, transferProjects } from './store.ts'
import { feature } from '#platform/http/endpoints.ts'
import { projectMigrations } from './store.ts'

export const projectsFeature = feature({ name: 'projects', migrations: projectMigrations, endpoints: {}, handlers: {} })

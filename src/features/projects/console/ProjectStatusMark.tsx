import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import type { ProjectStatus } from './queries.ts'

export const statusWords: Record<ProjectStatus, string> = {
  NONE: 'None',
  PENDING: 'Pending',
  PROCESSING: 'Processing',
  COMPLETED: 'Completed',
}

const levels: Record<ProjectStatus, StatusLevel> = {
  NONE: 'unknown',
  PENDING: 'info',
  PROCESSING: 'unknown',
  COMPLETED: 'ok',
}

export const ProjectStatusMark = ({ status }: { status: ProjectStatus }) => (
  <Status level={levels[status]} busy={status === 'PROCESSING'}>
    {statusWords[status]}
  </Status>
)

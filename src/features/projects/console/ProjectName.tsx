import { Link } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import type { Project } from './queries.ts'

export const ProjectName = ({ project: { id, name, demo } }: { project: Project }) => (
  <span className="inline-flex max-w-full min-w-0 items-center gap-2">
    <Link to={pb.project(id)} dir="auto" className="truncate rounded-sm font-medium hover:underline">
      {name}
    </Link>
    {demo && <Badge tone="info">demo</Badge>}
  </span>
)

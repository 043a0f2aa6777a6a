import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronDown } from 'lucide-react'
import { hasCode } from '#console/errors.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { Messages } from './Messages.tsx'
import { ProjectStatusMark } from './ProjectStatusMark.tsx'
import { projectQuery, type Project } from './queries.ts'
import { useProjectActions } from './useProjectActions.tsx'

export default function ProjectPage() {
  const { id = '' } = useParams({ strict: false })
  const project = useQuery(projectQuery(id))
  usePageName(project.data?.name)
  if (project.data) return <KnownProject project={project.data} />
  return (
    <>
      <PageHeader title="Project" />
      {!project.error && <CardSkeletons rows={[{ cards: 1, height: 360 }]} />}
      {project.error &&
        (hasCode(project.error, 'RESOURCE_NOT_FOUND') ? (
          <NoSuchProject />
        ) : (
          <ErrorPanel error={project.error} what="the project" onRetry={() => void project.refetch()} />
        ))}
    </>
  )
}

const NoSuchProject = () => (
  <Card>
    <EmptyState
      kind="none"
      title="There is no such project"
      action={<ButtonLink to={pb.projects()}>All projects</ButtonLink>}
    >
      It may have been deleted, or it is somebody else&apos;s.
    </EmptyState>
  </Card>
)

function KnownProject({ project }: { project: Project }) {
  const navigate = useNavigate()
  const actions = useProjectActions(() => void navigate({ to: pb.projects() }))
  const { name, description, status, demo, owner_username, created_at, updated_at } = project
  return (
    <>
      <PageHeader
        title={<span dir="auto">{name}</span>}
        aside={
          <>
            <ProjectStatusMark status={status} />
            {demo && <Badge tone="info">demo</Badge>}
          </>
        }
        actions={
          <Menu
            items={actions.itemsFor(project)}
            trigger={
              <Button>
                Actions
                <ChevronDown size={12} aria-hidden="true" className="text-faint" />
              </Button>
            }
          />
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)_300px] items-start gap-3 max-lg:grid-cols-1">
        <Messages project={project} />
        <Card title="About" className="max-lg:order-first">
          {description && (
            <p dir="auto" className="mb-3 break-words whitespace-pre-wrap">
              {description}
            </p>
          )}
          <Facts
            facts={[
              ['Owner', owner_username],
              ['Created', <TimeAgo key="created" at={created_at} focusable />],
              ['Changed', <TimeAgo key="updated" at={updated_at} focusable />],
            ]}
          />
        </Card>
      </div>
      {actions.dialogs}
      <Outlet />
    </>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Ellipsis, Minimize2, Pencil, Plus } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { hasCode } from '#console/errors.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { NotFound } from '#console/shell/NotFound.tsx'
import { Badge } from '#console/ui/Badge.tsx'
import { ButtonLink, IconButton } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { BoardGrid } from './BoardGrid.tsx'
import { BoardTime } from './BoardTime.tsx'
import { dashboardQuery, type Dashboard } from './queries.ts'
import { StarButton } from './StarButton.tsx'
import { useBoard } from './useBoard.ts'
import { useBoardKeys } from './useBoardKeys.ts'
import { useDashboardActions } from './useDashboardActions.tsx'
import { VariablesBar } from './VariablesBar.tsx'

export default function BoardPage() {
  const { id = '' }: { id?: string } = useParams({ strict: false })
  const dashboard = useQuery(dashboardQuery(id))
  usePageName(dashboard.data?.title)
  if (hasCode(dashboard.error, 'RESOURCE_NOT_FOUND')) return <NotFound />
  if (dashboard.error && !dashboard.data)
    return <ErrorPanel error={dashboard.error} what="the dashboard" onRetry={() => void dashboard.refetch()} />
  if (!dashboard.data) return <BoardSkeleton />
  // Another board begins with its own time and answers.
  return <Shown key={id} dashboard={dashboard.data} />
}

function Shown({ dashboard }: { dashboard: Dashboard }) {
  const { id, title, description, board, can_edit } = dashboard
  const live = useBoard(board)
  const navigate = useNavigate()
  const actions = useDashboardActions(() => void navigate({ to: pb.dashboards() }))
  const { search, setSearch } = live
  useBoardKeys(live, can_edit ? id : undefined)
  const content = (
    <>
      <VariablesBar variables={live.variables} />
      {board.panels.length === 0 ? <NoPanels dashboard={dashboard} /> : <BoardGrid live={live} />}
    </>
  )
  if (search.kiosk)
    return (
      <Kiosk title={title} onLeave={() => setSearch({ kiosk: false })}>
        {content}
      </Kiosk>
    )
  return (
    <>
      <PageHeader
        title={title}
        lead={description}
        aside={<Marks dashboard={dashboard} />}
        actions={
          <>
            <BoardTime live={live} />
            <Menu
              items={actions.itemsFor(dashboard, { onKiosk: () => setSearch({ kiosk: true }) })}
              trigger={<IconButton icon={Ellipsis} label="More" />}
            />
            {can_edit && (
              <ButtonLink to={pb.dashboardEdit(id)} search variant="primary" icon={Pencil}>
                Edit
              </ButtonLink>
            )}
          </>
        }
      />
      {content}
      {actions.dialogs}
    </>
  )
}

export function Marks({ dashboard }: { dashboard: Dashboard }) {
  const { source, folder, tags } = dashboard
  return (
    <>
      <StarButton dashboard={dashboard} />
      {source === 'builtin' && <Badge>Built in</Badge>}
      {source === 'file' && <Badge>From a file</Badge>}
      {folder && <Badge>{folder}</Badge>}
      {tags
        .filter((tag) => tag !== 'builtin')
        .map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
    </>
  )
}

const NoPanels = ({ dashboard: { id, can_edit } }: { dashboard: Dashboard }) => (
  <EmptyState
    kind="none"
    title="No panels yet"
    action={
      can_edit && (
        <ButtonLink to={pb.dashboardEdit(id)} icon={Plus}>
          Add panels
        </ButtonLink>
      )
    }
  >
    A dashboard shows metrics and logs as charts, numbers and tables.
  </EmptyState>
)

/** Over everything else, for a screen on the wall. What is covered cannot be reached. */
function Kiosk({ title, onLeave, children }: { title: string; onLeave: () => void; children: ReactNode }) {
  useEffect(() => {
    const covered = document.querySelectorAll<HTMLElement>('#main')[0]?.parentElement?.children ?? []
    const others = [...covered].filter((element) => element.id !== 'main') as HTMLElement[]
    for (const element of others) element.inert = true
    return () => {
      for (const element of others) element.inert = false
    }
  }, [])
  return (
    <div className="fixed inset-0 z-30 overflow-auto bg-canvas p-4" data-kiosk="">
      <div className="mb-3 flex items-center gap-2">
        <h1 tabIndex={-1} className="flex-1 text-xl font-semibold outline-none">
          {title}
        </h1>
        <IconButton icon={Minimize2} label="Leave the kiosk (Esc)" onClick={onLeave} />
      </div>
      {children}
    </div>
  )
}

const BoardSkeleton = () => (
  <div aria-busy="true">
    <h1 className="mb-4 min-h-7 text-xl font-semibold">
      <span className="sr-only">Dashboard</span>
      <Skeleton className="h-6 w-48" />
    </h1>
    <div className="grid gap-2 md:grid-cols-2">
      {[0, 1, 2, 3].map((place) => (
        <div key={place} className="h-56 rounded-lg border border-border bg-surface p-3">
          <Skeleton className="h-3 w-24" />
        </div>
      ))}
    </div>
  </div>
)

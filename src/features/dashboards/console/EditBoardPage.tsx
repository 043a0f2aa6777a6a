import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { AlignVerticalJustifyStart, ChevronDown, Plus, Settings2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { hasCode } from '#console/errors.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { NotFound } from '#console/shell/NotFound.tsx'
import { Badge } from '#console/ui/Badge.tsx'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { BoardGrid } from './BoardGrid.tsx'
import { BoardSettings } from './BoardSettings.tsx'
import { BoardTime } from './BoardTime.tsx'
import { optionsFrom, panelTypes } from './choices.ts'
import { forgetDraft, useDraft } from './draft.ts'
import { compacted, inOrder, placed, type Rect } from './layout.ts'
import { newPanel, placedBelow, type LoosePanel } from './newPanel.ts'
import { PanelEditor } from './PanelEditor.tsx'
import type { PanelEditing } from './PanelFrame.tsx'
import { dashboardQuery, type Dashboard, type Panel } from './queries.ts'
import { SaveDialog } from './SaveDialog.tsx'
import { useBoard } from './useBoard.ts'
import { panelAtHand } from './useBoardKeys.ts'
import { builtinNames } from './variables.ts'
import { VariablesBar } from './VariablesBar.tsx'

export default function EditBoardPage() {
  const { id = '' }: { id?: string } = useParams({ strict: false })
  const dashboard = useQuery({ ...dashboardQuery(id), staleTime: Infinity })
  usePageName(dashboard.data && `Edit ${dashboard.data.title}`)
  if (hasCode(dashboard.error, 'RESOURCE_NOT_FOUND')) return <NotFound />
  if (dashboard.error && !dashboard.data)
    return <ErrorPanel error={dashboard.error} what="the dashboard" onRetry={() => void dashboard.refetch()} />
  if (!dashboard.data)
    return (
      <div aria-busy="true">
        <h1 className="text-xl font-semibold">Edit dashboard</h1>
        <Skeleton className="mt-4 h-56" />
      </div>
    )
  return dashboard.data.can_edit ? (
    <Editor key={id} dashboard={dashboard.data} />
  ) : (
    <Locked dashboard={dashboard.data} />
  )
}

const Locked = ({ dashboard: { id, title, source } }: { dashboard: Dashboard }) => (
  <>
    <PageHeader title={title} />
    <EmptyState
      kind="denied"
      title="This dashboard is not yours to change"
      action={<ButtonLink to={pb.dashboard(id)}>Back to the dashboard</ButtonLink>}
    >
      {source === 'own'
        ? 'It belongs to somebody else, who has not opened it to others. You can duplicate it.'
        : `It comes ${source === 'builtin' ? 'with Miktos' : 'from a file'} and stays as it is. You can duplicate it.`}
    </EmptyState>
  </>
)

function Editor({ dashboard }: { dashboard: Dashboard }) {
  const { id } = dashboard
  const navigate = useNavigate()
  const draft = useDraft(dashboard)
  const { board, change } = draft
  const live = useBoard(board)
  const { search, setSearch } = live
  const [isSaving, setSaving] = useState(false)
  const [hasSettings, setSettings] = useState(false)
  const [announced, setAnnounced] = useState('')
  const grabbed = useRef(board.panels)
  const isChanged = JSON.stringify(board) !== JSON.stringify(dashboard.board)
  const edited = board.panels.find((panel) => panel.id === search.panel)
  const setPanels = (panels: Panel[]): void => change({ ...board, panels })
  const place = (panels: readonly Panel[], panel: Panel, to: Rect): void => {
    const next = placed(panels, panel.id, to)
    const now = next.find((one) => one.id === panel.id)!
    setAnnounced(
      `${panel.title || panelTypes[panel.type]}: column ${now.x + 1}, row ${now.y + 1}, ${now.w} wide, ${now.h} high`,
    )
    setPanels(next)
  }
  const add = (panel: LoosePanel): void => {
    const made = placedBelow(board, panel)
    setPanels([...board.panels, made])
    setSearch({ panel: made.id })
  }
  const editingOf = (panel: Panel): PanelEditing => ({
    isSelected: panel.id === search.panel,
    onGrab: () => {
      grabbed.current = board.panels
    },
    onPlace: (to) => place(board.panels, panel, to),
    // From where everything was when it was taken, so that a pointer which goes back finds it there again.
    onDrag: (to) => place(grabbed.current, panel, to),
    onEdit: () => setSearch({ panel: panel.id }),
    onDuplicate: () => add(panel),
    onDelete: () => {
      setPanels(board.panels.filter((other) => other.id !== panel.id))
      if (panel.id === search.panel) setSearch({ panel: '' })
    },
  })
  const leave = (): void => {
    forgetDraft(id)
    void navigate({ to: pb.dashboard(id) })
  }
  useShortcuts([
    { keys: '$mod+s', label: 'Save', group: 'Page', run: () => isChanged && setSaving(true) },
    { keys: 'e', label: 'Edit the panel', group: 'Page', run: () => setSearch({ panel: panelAtHand() ?? '' }) },
    { keys: 'd r', label: 'Look again', group: 'Page', run: live.refresh },
    { keys: 'Escape', label: 'Close the editor', group: 'Page', run: () => setSearch({ panel: '', view: '' }) },
  ])
  return (
    <>
      <PageHeader
        title={board.title}
        aside={isChanged && <Badge tone="warn">Not saved</Badge>}
        actions={
          <>
            <BoardTime live={live} />
            <Button icon={Settings2} onClick={() => setSettings(true)}>
              Settings
            </Button>
            <Menu
              items={optionsFrom(panelTypes).map(({ value, label }) => ({
                label,
                onSelect: () => add(newPanel(value)),
              }))}
              trigger={
                <Button icon={Plus}>
                  Add panel
                  <ChevronDown size={12} aria-hidden="true" className="text-faint" />
                </Button>
              }
            />
            <Button onClick={leave}>{isChanged ? 'Discard' : 'Done'}</Button>
            <Button
              variant="primary"
              onClick={() => setSaving(true)}
              disabledReason={isChanged ? undefined : 'Nothing was changed'}
            >
              Save
            </Button>
          </>
        }
      />
      <p id="layout-keys" className="mb-2 flex items-center gap-3 text-sm text-muted max-md:sr-only">
        The arrow keys move the panel that has the focus, Shift and the arrow keys resize it.
        <Button
          size="sm"
          variant="ghost"
          icon={AlignVerticalJustifyStart}
          onClick={() => setPanels(inOrder(compacted(board.panels)))}
        >
          Close gaps
        </Button>
      </p>
      <p aria-live="polite" className="sr-only">
        {announced}
      </p>
      <VariablesBar variables={live.variables} />
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          {board.panels.length === 0 ? (
            <EmptyState kind="none" title="No panels yet">
              Add one above.
            </EmptyState>
          ) : (
            <BoardGrid live={live} editingOf={editingOf} />
          )}
        </div>
        {edited && (
          <PanelEditor
            key={edited.id}
            panel={edited}
            variables={[...board.variables.map(({ name }) => name), ...builtinNames]}
            onChange={(panel) => setPanels(board.panels.map((other) => (other.id === panel.id ? panel : other)))}
            onPlace={(to) => place(board.panels, edited, to)}
            onClose={() => setSearch({ panel: '' })}
          />
        )}
      </div>
      <BoardSettings open={hasSettings} onClose={() => setSettings(false)} board={board} onChange={change} />
      <SaveDialog
        open={isSaving}
        onClose={() => setSaving(false)}
        dashboard={dashboard}
        draft={draft}
        onSaved={() => void navigate({ to: pb.dashboard(id) })}
      />
    </>
  )
}

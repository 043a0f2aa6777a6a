import { useNavigate } from '@tanstack/react-router'
import { CopyPlus, Download, Monitor, Pencil, Trash2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { dashboardQuery, putDashboard, refreshDashboards, type Board, type DashboardSummary } from './queries.ts'
import { queryClient } from '#console/queryClient.ts'

type Listed = Omit<DashboardSummary, 'panel_types'>

interface DashboardActions {
  itemsFor: (dashboard: Listed, more?: { onKiosk: () => void }) => MenuItem[]
  dialogs: ReactNode
}

/** What can be done to a dashboard, in its row and on its page. Who may only look is offered only what they may do. */
export function useDashboardActions(onDeleted?: () => void): DashboardActions {
  const [deleting, setDeleting] = useState<Listed>()
  const mayWrite = useCan()('dashboards:write').ok
  const navigate = useNavigate()
  const duplicate = async ({ id, title }: Listed): Promise<void> => {
    try {
      const { board } = await queryClient.fetchQuery(dashboardQuery(id))
      const copy = await call('POST /dashboards', {
        body: { board: { ...board, title: `${title} copy`.slice(0, 200) } },
      })
      putDashboard(copy)
      await navigate({ to: pb.dashboardEdit(copy.id) })
    } catch (error) {
      toastError(error)
    }
  }
  const remove = async (): Promise<void> => {
    if (!deleting) return
    await call('DELETE /dashboards/{dashboard_id}', { params: { dashboard_id: deleting.id } })
    onDeleted?.()
    toastDone(`${deleting.title} was deleted`)
    queryClient.removeQueries({ queryKey: dashboardQuery(deleting.id).queryKey })
    await refreshDashboards()
  }
  return {
    itemsFor: (dashboard, more) => [
      ...(more ? [{ label: 'Kiosk', icon: Monitor, keys: 'd k', onSelect: more.onKiosk }] : []),
      ...(dashboard.can_edit ? [{ label: 'Edit', icon: Pencil, to: pb.dashboardEdit(dashboard.id) }] : []),
      ...(mayWrite ? [{ label: 'Duplicate', icon: CopyPlus, onSelect: () => void duplicate(dashboard) }] : []),
      { label: 'Export as JSON', icon: Download, onSelect: () => void exportBoard(dashboard.id) },
      ...(dashboard.can_delete
        ? [
            {
              label: 'Others may edit it',
              checked: dashboard.open,
              onSelect: () => void setOpen(dashboard.id, !dashboard.open),
            },
            'separator' as const,
            { label: 'Delete', icon: Trash2, danger: true, onSelect: () => setDeleting(dashboard) },
          ]
        : []),
    ],
    dialogs: (
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete dashboard"
        confirm="Delete dashboard"
        {...(deleting && { typedName: deleting.title })}
        onConfirm={remove}
      >
        <span dir="auto">{deleting?.title}</span> is deleted with its panels. This cannot be undone.
      </ConfirmDialog>
    ),
  }
}

async function setOpen(id: string, open: boolean): Promise<void> {
  try {
    const { board, version } = await queryClient.fetchQuery(dashboardQuery(id))
    putDashboard(
      await call('PUT /dashboards/{dashboard_id}', { params: { dashboard_id: id }, body: { board, version, open } }),
    )
  } catch (error) {
    toastError(error)
  }
}

async function exportBoard(id: string): Promise<void> {
  try {
    const { board } = await queryClient.fetchQuery(dashboardQuery(id))
    download(`${id}.json`, board)
  } catch (error) {
    toastError(error)
  }
}

function download(name: string, board: Board): void {
  const text = JSON.stringify({ format: 'miktos-dashboard', board }, null, 2)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

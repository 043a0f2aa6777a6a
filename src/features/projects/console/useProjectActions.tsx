import { Pencil, Play, Trash2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { statusWords } from './ProjectStatusMark.tsx'
import { refreshProjects, statuses, type Project, type ProjectStatus } from './queries.ts'

export interface ProjectActions {
  itemsFor: (project: Project) => MenuItem[]
  dialogs: ReactNode
}

/** What can be done to a project, for its row and its page. `onDeleted` leaves the page that is no more. */
export function useProjectActions(onDeleted?: () => void): ProjectActions {
  const [deleting, setDeleting] = useState<Project>()
  const remove = async (): Promise<void> => {
    if (!deleting) return
    onDeleted?.()
    await call('DELETE /projects/{project_id}', { params: { project_id: deleting.id } })
    await refreshProjects()
    toastDone(`${deleting.name} was deleted`)
  }
  return {
    itemsFor: (project) => [
      ...statuses.map((status) => stepItem(project, status)),
      'separator',
      { label: 'Edit', icon: Pencil, to: pb.projectEdit(project.id), disabledReason: whyNotEdit(project) },
      {
        label: 'Delete',
        icon: Trash2,
        danger: true,
        onSelect: () => setDeleting(project),
        disabledReason: project.can_delete ? undefined : "Needs the permission projects:delete: it is somebody else's",
      },
    ],
    dialogs: (
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete project"
        confirm="Delete project"
        {...(deleting && { typedName: deleting.name })}
        onConfirm={remove}
      >
        <span dir="auto">{deleting?.name}</span> and {plural(deleting?.message_count ?? 0, 'message')} are deleted. This
        cannot be undone.
      </ConfirmDialog>
    ),
  }
}

export const whyNotEdit = ({ can_edit }: Project): string | undefined =>
  can_edit ? undefined : "Needs the permission projects:write: it is somebody else's"

function stepItem(project: Project, status: ProjectStatus): MenuItem {
  const isPresent = project.status === status
  const reason = isPresent
    ? `It is ${statusWords[status].toLowerCase()}`
    : `Not possible from ${statusWords[project.status].toLowerCase()}`
  return {
    label: `Set to ${statusWords[status].toLowerCase()}`,
    icon: Play,
    onSelect: () => void setStatus(project, status),
    disabledReason: whyNotEdit(project) ?? (project.next_statuses.includes(status) ? undefined : reason),
  }
}

async function setStatus({ id, name, updated_at }: Project, status: ProjectStatus): Promise<void> {
  try {
    await call('PUT /projects/{project_id}', { params: { project_id: id }, body: { status, updated_at } })
    toastDone(`${name} is ${statusWords[status].toLowerCase()}`)
  } catch (error) {
    toastError(error)
  }
  await refreshProjects()
}

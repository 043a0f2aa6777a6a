import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { placedBelow, type LoosePanel } from './newPanel.ts'
import { dashboardQuery, dashboardsQuery, putDashboard, type Dashboard, type DashboardSummary } from './queries.ts'

interface AddToDashboardProps {
  open: boolean
  onClose: () => void
  /** What is added; the title is asked for. */
  panel: LoosePanel
}

/** Puts what another page shows onto a dashboard, as a panel below the others. */
export function AddToDashboard({ open, onClose, panel }: AddToDashboardProps) {
  const list = useQuery({ ...dashboardsQuery, enabled: open })
  const mine = list.data?.dashboards.filter(({ can_edit }) => can_edit)
  return (
    <Dialog open={open} onClose={onClose} title="Add to a dashboard" size="sm">
      {list.error && <ErrorPanel error={list.error} what="the dashboards" onRetry={() => void list.refetch()} />}
      {!mine && !list.error && <Skeleton className="h-40" />}
      {mine && <AddForm panel={panel} dashboards={mine} onClose={onClose} />}
    </Dialog>
  )
}

const titleMax = 200

function AddForm({
  panel,
  dashboards,
  onClose,
}: {
  panel: LoosePanel
  dashboards: readonly DashboardSummary[]
  onClose: () => void
}) {
  const navigate = useNavigate()
  // '' is a new one.
  const [chosen, setChosen] = useState(dashboards[0]?.id ?? '')
  const add = async (values: FormValues): Promise<void> => {
    const titled = { ...panel, title: values.text('panel-title').trim() }
    const saved = chosen === '' ? await createWith(titled, values.text('board.title')) : await addTo(chosen, titled)
    putDashboard(saved)
    onClose()
    toastDone(`Added to ${saved.title}`, {
      label: 'Open',
      onClick: () => void navigate({ to: pb.dashboard(saved.id) }),
    })
  }
  return (
    <Form onSubmit={add}>
      <SelectField
        name="dashboard"
        label="Dashboard"
        value={chosen}
        onChange={({ target }) => setChosen(target.value)}
        options={[
          ...dashboards.map(({ id, title, folder }) => ({ value: id, label: folder ? `${folder} / ${title}` : title })),
          { value: '', label: 'A new one' },
        ]}
      />
      {chosen === '' && (
        <TextField name="board.title" label="Title of the dashboard" maxLength={titleMax} autoComplete="off" />
      )}
      <TextField
        name="panel-title"
        label="Title of the panel"
        defaultValue={panel.title.slice(0, titleMax)}
        maxLength={titleMax}
        autoComplete="off"
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Add</Submit>
      </FormActions>
    </Form>
  )
}

const createWith = (panel: LoosePanel, title: string): Promise<Dashboard> =>
  call('POST /dashboards', { body: { board: { title, panels: [{ ...panel, id: 'p1', y: 0 }] } } })

/** To what is saved now: what others did meanwhile stays. */
async function addTo(id: string, panel: LoosePanel): Promise<Dashboard> {
  const { board, version } = await queryClient.fetchQuery({ ...dashboardQuery(id), staleTime: 0 })
  return call('PUT /dashboards/{dashboard_id}', {
    params: { dashboard_id: id },
    body: { board: { ...board, panels: [...board.panels, placedBelow(board, panel)] }, version },
  })
}

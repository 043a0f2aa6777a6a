import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { JsonDiff } from '#console/ui/JsonDiff.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { forgetDraft, type Draft } from './draft.ts'
import { inOrder } from './layout.ts'
import { putDashboard, type Board, type Dashboard } from './queries.ts'

interface SaveDialogProps {
  open: boolean
  onClose: () => void
  dashboard: Dashboard
  draft: Draft
  onSaved: () => void
}

/** Shows what is about to change, and where somebody else saved meanwhile, whose changes are to count. */
export function SaveDialog({ open, onClose, dashboard, draft, onSaved }: SaveDialogProps) {
  const [theirs, setTheirs] = useState<Dashboard>()
  const { id } = dashboard
  const close = (): void => {
    setTheirs(undefined)
    onClose()
  }
  const save = async (): Promise<void> => {
    const board = { ...draft.board, panels: inOrder(draft.board.panels) }
    const version = theirs?.version ?? draft.version
    try {
      putDashboard(
        await call('PUT /dashboards/{dashboard_id}', { params: { dashboard_id: id }, body: { board, version } }),
      )
    } catch (error) {
      if (!hasCode(error, 'CONFLICT') || typeof error.details['version'] !== 'number') throw error
      setTheirs(await call('GET /dashboards/{dashboard_id}', { params: { dashboard_id: id } }))
      return
    }
    forgetDraft(id)
    toastDone(`${board.title} was saved`)
    close()
    onSaved()
  }
  const takeTheirs = (): void => {
    if (!theirs) return
    putDashboard(theirs)
    draft.restart(theirs)
    close()
  }
  return (
    <Dialog open={open} onClose={close} title={theirs ? 'Somebody else saved meanwhile' : 'Save dashboard'} size="lg">
      <Form onSubmit={save}>
        {theirs && (
          <p role="alert" className="flex items-center gap-2">
            <StatusShape level="warn" />
            {theirs.updated_by} saved version {theirs.version}. Below: theirs, and what yours would make of it.
          </p>
        )}
        <JsonDiff before={comparable((theirs ?? dashboard).board)} after={comparable(draft.board)} />
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          {theirs && <Button onClick={takeTheirs}>Take theirs</Button>}
          <Submit>{theirs ? 'Keep mine' : 'Save'}</Submit>
        </FormActions>
      </Form>
    </Dialog>
  )
}

/** Panels by id: one that moved up is not a change of all below it. */
const comparable = ({ panels, variables, ...rest }: Board): unknown => ({
  ...rest,
  variables: Object.fromEntries(variables.map(({ name, ...variable }) => [name, variable])),
  panels: Object.fromEntries(panels.map(({ id, ...panel }) => [id, panel])),
})

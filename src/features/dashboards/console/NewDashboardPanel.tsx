import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { putDashboard } from './queries.ts'
import { tagsOf } from './tags.ts'

/** The form at its own address, over the list of dashboards. */
export default function NewDashboardPanel() {
  const navigate = useNavigate()
  const close = (): void => void navigate({ to: pb.dashboards(), search: true })
  const create = async (values: FormValues): Promise<void> => {
    const made = await call('POST /dashboards', {
      body: {
        board: {
          title: values.text('board.title'),
          description: values.text('board.description'),
          folder: values.text('board.folder').trim(),
          tags: tagsOf(values.text('board.tags')),
        },
        open: values.checked('open'),
      },
    })
    putDashboard(made)
    await navigate({ to: pb.dashboardEdit(made.id) })
  }
  return (
    <Sheet open onClose={close} title="New dashboard">
      <Form onSubmit={create}>
        <TextField name="board.title" label="Title" maxLength={200} autoComplete="off" autoFocus />
        <TextareaField name="board.description" label="Description" rows={3} maxLength={10_000} />
        <TextField name="board.folder" label="Folder" maxLength={100} autoComplete="off" />
        <TextField name="board.tags" label="Tags" hint="Separated by commas" autoComplete="off" />
        <Checkbox name="open" label="Others may edit it" hint="All who may write dashboards. Only you may delete it." />
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          <Submit>Create and add panels</Submit>
        </FormActions>
      </Form>
    </Sheet>
  )
}

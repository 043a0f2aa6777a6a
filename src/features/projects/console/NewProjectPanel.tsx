import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { refreshProjects } from './queries.ts'

/** The form at its own address, over the list of projects. */
export default function NewProjectPanel() {
  const navigate = useNavigate()
  const close = (): void => void navigate({ to: pb.projects(), search: true })
  const create = async (values: FormValues): Promise<void> => {
    const { id } = await call('POST /projects', {
      body: { name: values.text('name'), description: values.text('description') },
    })
    await refreshProjects()
    await navigate({ to: pb.project(id) })
  }
  return (
    <Sheet open onClose={close} title="New project">
      <Form onSubmit={create}>
        <TextField name="name" label="Name" maxLength={200} autoComplete="off" autoFocus />
        <TextareaField name="description" label="Description" rows={5} maxLength={10_000} />
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          <Submit>Create project</Submit>
        </FormActions>
      </Form>
    </Sheet>
  )
}

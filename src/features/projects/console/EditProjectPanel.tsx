import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { SelectField, TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { ownersQuery, projectQuery, refreshProjects, type Project } from './queries.ts'

/** The form at its own address, over the project's page. */
export default function EditProjectPanel() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const project = useQuery(projectQuery(id))
  const close = (): void => void navigate({ to: pb.project(id) })
  return (
    <Sheet open onClose={close} title="Edit project">
      {project.data ? (
        <EditForm opened={project.data} onClose={close} />
      ) : project.error ? (
        <ErrorPanel error={project.error} what="the project" />
      ) : (
        <Skeleton className="h-48 w-full" />
      )}
    </Sheet>
  )
}

/** `opened` is what the person saw; it changes under the form while others work, and the form does not. */
function EditForm({ opened, onClose }: { opened: Project; onClose: () => void }) {
  const [seen, setSeen] = useState(opened)
  const [theirs, setTheirs] = useState<Project>()
  const save = async (values: FormValues): Promise<void> => {
    const owner = values.maybe('owner_id')
    const body = {
      name: values.text('name'),
      description: values.text('description'),
      updated_at: seen.updated_at,
      ...(owner && owner !== seen.owner_id && { owner_id: owner }),
    }
    try {
      await call('PUT /projects/{project_id}', { params: { project_id: seen.id }, body })
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) {
        const present = await queryClient.fetchQuery({ ...projectQuery(seen.id), staleTime: 0 })
        setTheirs(present)
        setSeen(present)
      }
      throw error
    }
    await refreshProjects()
    toastDone(`${body.name} is saved`)
    onClose()
  }
  return (
    <Form onSubmit={save}>
      {theirs && <Theirs project={theirs} />}
      <TextField name="name" label="Name" maxLength={200} autoComplete="off" defaultValue={opened.name} />
      <TextareaField
        name="description"
        label="Description"
        rows={5}
        maxLength={10_000}
        defaultValue={opened.description}
      />
      <OwnerField ownerId={opened.owner_id} />
      <FormActions>
        <Button onClick={onClose}>{theirs ? 'Keep theirs' : 'Cancel'}</Button>
        <Submit>{theirs ? 'Overwrite' : 'Save'}</Submit>
      </FormActions>
    </Form>
  )
}

const Theirs = ({ project: { name, description } }: { project: Project }) => (
  <div className="rounded-md border border-warn/50 px-3 py-2">
    <p className="font-medium">Since you opened it, it reads:</p>
    <p dir="auto" className="break-words">
      {name}
    </p>
    <p dir="auto" className="break-words whitespace-pre-wrap text-muted">
      {description || 'No description'}
    </p>
  </div>
)

/** Handing over is for those who may edit everybody's projects. */
function OwnerField({ ownerId }: { ownerId: string }) {
  const can = useCan()
  const mayHandOver = can('projects:write').ok && can('users:read').ok
  const owners = useQuery({ ...ownersQuery, enabled: mayHandOver })
  if (!mayHandOver || owners.isError) return null
  // Its place is held while they are awaited, so that the buttons below it do not move.
  return (
    <SelectField
      key={owners.status}
      name="owner_id"
      label="Owner"
      disabled={!owners.data}
      defaultValue={ownerId}
      options={owners.data?.rows.map(({ id, username }) => ({ value: id, label: username })) ?? []}
    />
  )
}

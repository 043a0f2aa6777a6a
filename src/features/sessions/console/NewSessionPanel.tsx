import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { refreshSessions, runnersQuery, sessionChoicesQuery } from './queries.ts'

/** The form at its own address, over the list of sessions. */
export default function NewSessionPanel() {
  const navigate = useNavigate()
  const id = useId()
  const runners = useQuery(runnersQuery).data?.runners ?? []
  const sessions = useQuery(sessionChoicesQuery).data?.sessions ?? []
  const close = (): void => void navigate({ to: pb.sessions(), search: true })
  const create = async (values: FormValues): Promise<void> => {
    const created = await call('POST /sessions', {
      body: {
        name: values.text('name'),
        server: values.maybe('server'),
        mode: values.maybe('mode'),
        runner: values.maybe('runner'),
      },
    })
    await refreshSessions()
    await navigate({ to: pb.session(created.id) })
  }
  return (
    <Sheet open onClose={close} title="New session">
      <Form onSubmit={create}>
        <TextField name="name" label="Name" maxLength={200} autoComplete="off" autoFocus />
        <TextField
          name="server"
          label="Server"
          hint="Where it takes place. May be empty."
          maxLength={200}
          autoComplete="off"
          list={`${id}-servers`}
        />
        <Choices id={`${id}-servers`} values={sessions.map(({ server }) => server)} />
        <TextField
          name="mode"
          label="Mode"
          hint="What the runner is to do in it. May be empty."
          maxLength={200}
          autoComplete="off"
          list={`${id}-modes`}
        />
        <Choices id={`${id}-modes`} values={runners.flatMap(({ modes }) => modes)} />
        <SelectField
          name="runner"
          label="Runner"
          defaultValue=""
          options={[
            { value: '', label: 'The one with the least to do' },
            ...runners.map(({ name, connected }) => ({ value: name, label: connected ? name : `${name} (away)` })),
          ]}
        />
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          <Submit>Create session</Submit>
        </FormActions>
      </Form>
    </Sheet>
  )
}

const Choices = ({ id, values }: { id: string; values: string[] }) => (
  <datalist id={id}>
    {[...new Set(values.filter(Boolean))].map((value) => (
      <option key={value}>{value}</option>
    ))}
  </datalist>
)

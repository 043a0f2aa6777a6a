import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { LabelsField, requireLabels } from './LabelsField.tsx'
import { filesOf, logSourcesQuery, type FileSource, type LogSources } from './queries.ts'
import { useSeen } from './useSeen.ts'

interface FilePanelProps {
  all: LogSources
  /** The one that is changed. */
  file?: FileSource | undefined
  onClose: () => void
}

export const FilePanel = (props: FilePanelProps) => (
  <Sheet open onClose={props.onClose} title={props.file ? `Change ${props.file.name}` : 'Add files'}>
    <FileForm {...props} />
  </Sheet>
)

function FileForm({ all, file, onClose }: FilePanelProps) {
  const { seen, isTheirs, saving } = useSeen(logSourcesQuery, () => call('GET /logs/sources'), all)
  const files = filesOf(seen)
  const known = files.findIndex(({ name }) => name === file?.name)
  const index = known === -1 ? files.length : known

  const save = async (values: FormValues): Promise<void> => {
    const next = fileFrom(values)
    await saving(`files.${index}.`, () =>
      call('PUT /logs/sources', { body: { files: files.toSpliced(index, 1, next), revision: seen.revision } }),
    )
    toastDone(`${next.name} is saved`)
    onClose()
  }

  return (
    <Form onSubmit={save}>
      <TextField
        name="name"
        label="Name"
        hint="The service under which its lines are found."
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        defaultValue={file?.name}
      />
      <TextField
        name="path"
        label="Files"
        hint="An absolute path on this server, such as /var/log/nginx/*.log. *, ?, ** and {a,b} have their usual meaning."
        maxLength={1_000}
        autoComplete="off"
        spellCheck={false}
        defaultValue={file?.path}
        className="font-mono text-sm"
      />
      <LabelsField labels={file?.labels ?? {}} hint="Every line gets them." />
      <TextField
        name="multiline_start"
        label="An entry begins with (optional)"
        hint="A regular expression, such as ^\d{4}-. Lines that it does not match belong to the entry before."
        maxLength={500}
        autoComplete="off"
        spellCheck={false}
        defaultValue={file?.multiline_start ?? ''}
        className="font-mono text-sm"
      />
      <Checkbox name="enabled" label="They are read" defaultChecked={file?.enabled ?? true} />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>{isTheirs ? 'Save over it' : file ? 'Save' : 'Add files'}</Submit>
      </FormActions>
    </Form>
  )
}

const fileFrom = (values: FormValues): FileSource => ({
  name: values.text('name').trim(),
  path: values.text('path').trim(),
  labels: requireLabels(values.text('labels')),
  multiline_start: values.maybe('multiline_start') ?? null,
  enabled: values.checked('enabled'),
})

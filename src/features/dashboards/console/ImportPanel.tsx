import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Status } from '#console/ui/Status.tsx'
import { putDashboard } from './queries.ts'

type Converted = Reply<Api['POST /dashboards/import']>

/** First it is read and shown what would be lost, then it is made. */
export default function ImportPanel() {
  const navigate = useNavigate()
  const [converted, setConverted] = useState<Converted>()
  const close = (): void => void navigate({ to: pb.dashboards(), search: true })
  const read = async (values: FormValues): Promise<void> => {
    setConverted(await call('POST /dashboards/import', { body: { json: parsed(values.text('json')) } }))
  }
  return (
    <Sheet open onClose={close} title="Import a dashboard" lead="Of Grafana, or one exported here.">
      {converted ? (
        <Review converted={converted} onBack={() => setConverted(undefined)} />
      ) : (
        <Form onSubmit={read}>
          <JsonField />
          <FormActions>
            <Button onClick={close}>Cancel</Button>
            <Submit>Read</Submit>
          </FormActions>
        </Form>
      )}
    </Sheet>
  )
}

function parsed(text: string): Record<string, unknown> {
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('This is no JSON of a dashboard')
  return json as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function JsonField() {
  const [text, setText] = useState('')
  return (
    <>
      <div className="flex flex-col gap-1">
        <label htmlFor="dashboard-file" className="text-sm font-medium">
          File
        </label>
        <input
          id="dashboard-file"
          type="file"
          accept="application/json,.json"
          onChange={({ target }) => void target.files?.[0]?.text().then(setText)}
          className="text-sm file:mr-2 file:h-7 file:rounded-md file:border file:border-solid file:border-border file:bg-raised file:px-2.5 file:text-text"
        />
      </div>
      <TextareaField
        name="json"
        label="or its JSON"
        rows={12}
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
        className="font-mono text-sm"
      />
    </>
  )
}

function Review({ converted: { board, not_mapped }, onBack }: { converted: Converted; onBack: () => void }) {
  const navigate = useNavigate()
  const create = async (values: FormValues): Promise<void> => {
    const made = await call('POST /dashboards', {
      body: { board: { ...board, title: values.text('board.title'), folder: values.text('board.folder').trim() } },
    })
    putDashboard(made)
    await navigate({ to: pb.dashboard(made.id) })
  }
  return (
    <Form onSubmit={create}>
      <p>
        {plural(board.panels.length, 'panel')} and {plural(board.variables.length, 'variable')} were read.
      </p>
      {not_mapped.length === 0 ? (
        <Status level="ok">Everything has its counterpart here.</Status>
      ) : (
        <section aria-label="Not mapped" className="rounded-md border border-warn/40 p-3">
          <h3 className="mb-2">
            <Status level="warn">Not taken over ({not_mapped.length})</Status>
          </h3>
          <ul className="flex flex-col gap-1 text-sm">
            {not_mapped.map(({ where, what }) => (
              <li key={`${where} ${what}`}>
                <span className="font-medium">{where}</span>: {what}
              </li>
            ))}
          </ul>
        </section>
      )}
      <TextField name="board.title" label="Title" defaultValue={board.title} maxLength={200} autoComplete="off" />
      <TextField name="board.folder" label="Folder" defaultValue={board.folder} maxLength={100} autoComplete="off" />
      <FormActions>
        <Button onClick={onBack}>Back</Button>
        <Submit>Create dashboard</Submit>
      </FormActions>
    </Form>
  )
}

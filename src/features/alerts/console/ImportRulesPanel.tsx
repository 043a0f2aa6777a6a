import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { FileOrText } from '#console/ui/FileOrText.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Status } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshAlerts } from './queries.ts'

type Outcome = Reply<Api['POST /alerts/import']>

/** First it is read and told what would change, then it is done. */
export default function ImportRulesPanel() {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [read, setRead] = useState<{ yaml: string; outcome: Outcome }>()
  const close = (): void => void navigate({ to: pb.alerts('rules'), search: true })
  const tryOut = async (values: FormValues): Promise<void> => {
    const yaml = values.text('yaml')
    setRead({ yaml, outcome: await call('POST /alerts/import', { body: { yaml, dry_run: true } }) })
  }
  const store = async (): Promise<void> => {
    const { changes } = await call('POST /alerts/import', { body: { yaml: read!.yaml } })
    await refreshAlerts()
    toastDone(`${plural(changes.filter(({ change }) => change !== 'unchanged').length, 'rule')} imported`)
    close()
  }
  return (
    <Sheet
      open
      onClose={close}
      title="Import rules"
      lead="What was exported here, or a file of Prometheus’ rules. A rule of the same name is replaced."
    >
      {read ? (
        <Form onSubmit={store}>
          <Review outcome={read.outcome} />
          <FormActions>
            <Button onClick={() => setRead(undefined)}>Back</Button>
            <Submit disabledReason={whyNotStore(read.outcome)}>Import</Submit>
          </FormActions>
        </Form>
      ) : (
        <Form onSubmit={tryOut}>
          <FileOrText name="yaml" language="YAML" accept=".yaml,.yml,application/yaml" text={text} onText={setText} />
          <FormActions>
            <Button onClick={close}>Cancel</Button>
            <Submit>See what would change</Submit>
          </FormActions>
        </Form>
      )}
    </Sheet>
  )
}

function whyNotStore({ changes, problems }: Outcome): string | undefined {
  if (problems.length > 0) return 'All or nothing: mend what is wrong first'
  return changes.some(({ change }) => change !== 'unchanged') ? undefined : 'Everything is already so'
}

const changeWords = { create: 'new', update: 'changed', unchanged: 'unchanged' }

const Review = ({ outcome: { changes, problems } }: { outcome: Outcome }) => (
  <>
    {problems.length > 0 ? (
      <section aria-label="Problems" className="rounded-md border border-error/40 p-3">
        <h3 className="mb-2">
          <Status level="error">{plural(problems.length, 'problem')}: nothing would be stored</Status>
        </h3>
        <ul className="flex flex-col gap-1 text-sm">
          {problems.map(({ where, message }) => (
            <li key={`${where} ${message}`} className="break-words">
              <span className="font-medium">{where}</span>: {message}
            </li>
          ))}
        </ul>
      </section>
    ) : (
      <Status level="ok">{plural(changes.length, 'rule')} understood</Status>
    )}
    <ul aria-label="Changes" className="flex flex-col">
      {changes.map(({ name, change }) => (
        <li
          key={name}
          className="flex min-h-8 items-center justify-between gap-3 border-b border-border last:border-b-0"
        >
          <span dir="auto" className="min-w-0 break-words">
            {name}
          </span>
          <Badge tone={change === 'create' ? 'ok' : change === 'update' ? 'info' : 'neutral'}>
            {changeWords[change]}
          </Badge>
        </li>
      ))}
    </ul>
  </>
)

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
import { JsonDiff } from '#console/ui/JsonDiff.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Status } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refresh } from './queries.ts'

type Outcome = Reply<Api['POST /notifications/import']>
type Change = Outcome['changes'][number]

/** First it is read and told what would change, then it is done. */
export default function ImportPanel() {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [read, setRead] = useState<{ yaml: string; outcome: Outcome }>()
  const close = (): void => void navigate({ to: pb.alerts('policies'), search: true })
  const tryOut = async (values: FormValues): Promise<void> => {
    const yaml = values.text('yaml')
    setRead({ yaml, outcome: await call('POST /notifications/import', { body: { yaml, dry_run: true } }) })
  }
  const store = async (): Promise<void> => {
    const { yaml } = read!
    const outcome = await call('POST /notifications/import', { body: { yaml } })
    if (outcome.problems.length > 0) return setRead({ yaml, outcome })
    await refresh('policies', 'routing', 'silences')
    toastDone(`${plural(outcome.changes.filter(isChange).length, 'change')} imported`)
    close()
  }
  return (
    <Sheet
      open
      onClose={close}
      title="Import policies, routes and silences"
      lead="What was exported here, whole or in part. What the file does not name stays, except routes: they are replaced as a whole. Channels are found by their names."
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

const isChange = ({ change }: Change): boolean => change === 'create' || change === 'update'

function whyNotStore({ changes, problems }: Outcome): string | undefined {
  if (problems.length > 0) return 'All or nothing: mend what is wrong first'
  return changes.some(isChange) ? undefined : 'Everything is already so'
}

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
      <Status level="ok">{plural(changes.length, 'part')} understood</Status>
    )}
    <ul aria-label="Changes" className="flex flex-col gap-3">
      {changes.map((change) => (
        <ChangeItem
          key={JSON.stringify([change.kind, change.name, change.after])}
          change={change}
          // Where something is not understood it lacks in what would come.
          showsDifference={problems.length === 0}
        />
      ))}
    </ul>
  </>
)

const kindWords: Record<Change['kind'], string> = { policy: 'Policy', routing: '', silence: 'Silence' }
const changeWords = { create: 'new', update: 'changed', unchanged: 'unchanged', ended: 'over, left out' } as const
const tones = { create: 'ok', update: 'info', unchanged: 'neutral', ended: 'neutral' } as const

interface ChangeItemProps {
  change: Change
  showsDifference: boolean
}

const ChangeItem = ({ change: { kind, name, change, before, after }, showsDifference }: ChangeItemProps) => (
  <li className="flex flex-col gap-1">
    <div className="flex min-h-7 items-center justify-between gap-3">
      <span className="min-w-0 break-words">
        {kindWords[kind]} <span dir="auto">{name}</span>
      </span>
      <Badge tone={tones[change]}>{changeWords[change]}</Badge>
    </div>
    {change === 'update' && showsDifference && <JsonDiff before={before} after={after} />}
  </li>
)

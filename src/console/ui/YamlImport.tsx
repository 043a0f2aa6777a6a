import { useState, type ReactNode } from 'react'
import { plural } from '../format.ts'
import { Button } from './Button.tsx'
import { FileOrText } from './FileOrText.tsx'
import { Form, FormActions, Submit, type FormValues } from './Form.tsx'
import { Sheet } from './Sheet.tsx'
import { Status } from './Status.tsx'
import { toastDone } from './Toaster.tsx'

/** What an import would do or has done; with problems it has done nothing. */
interface Outcome {
  changes: readonly { change: string }[]
  problems: readonly { where: string; message: string }[]
}

interface YamlImportProps<O extends Outcome> {
  title: string
  lead: string
  /** What is imported: `rule`. */
  noun: string
  send: (body: { yaml: string; dry_run?: boolean }) => Promise<O>
  onStored: () => Promise<unknown>
  onClose: () => void
  /** The items of a list. */
  changes: (outcome: O) => ReactNode
}

/** First the file is read and told what would change, then it is done. */
export function YamlImport<O extends Outcome>(props: YamlImportProps<O>) {
  const { title, lead, noun, send, onStored, onClose, changes } = props
  const [text, setText] = useState('')
  const [read, setRead] = useState<{ yaml: string; outcome: O }>()
  const tryOut = async (values: FormValues): Promise<void> => {
    const yaml = values.text('yaml')
    setRead({ yaml, outcome: await send({ yaml, dry_run: true }) })
  }
  const store = async (): Promise<void> => {
    const { yaml } = read!
    const outcome = await send({ yaml })
    if (outcome.problems.length > 0) return setRead({ yaml, outcome })
    await onStored()
    toastDone(`${plural(outcome.changes.filter(isChange).length, noun)} imported`)
    onClose()
  }
  return (
    <Sheet open onClose={onClose} title={title} lead={lead}>
      {read ? (
        <Form onSubmit={store}>
          <Understood outcome={read.outcome} noun={noun} />
          <ul aria-label="Changes" className="flex flex-col gap-3">
            {changes(read.outcome)}
          </ul>
          <FormActions>
            <Button onClick={() => setRead(undefined)}>Back</Button>
            <Submit disabledReason={whyNotStore(read.outcome)}>Import</Submit>
          </FormActions>
        </Form>
      ) : (
        <Form onSubmit={tryOut}>
          <FileOrText name="yaml" language="YAML" accept=".yaml,.yml,application/yaml" text={text} onText={setText} />
          <FormActions>
            <Button onClick={onClose}>Cancel</Button>
            <Submit>See what would change</Submit>
          </FormActions>
        </Form>
      )}
    </Sheet>
  )
}

const isChange = ({ change }: Outcome['changes'][number]): boolean => change === 'create' || change === 'update'

function whyNotStore({ changes, problems }: Outcome): string | undefined {
  if (problems.length > 0) return 'All or nothing: mend what is wrong first'
  return changes.some(isChange) ? undefined : 'Everything is already so'
}

const Understood = ({ outcome: { changes, problems }, noun }: { outcome: Outcome; noun: string }) =>
  problems.length > 0 ? (
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
    <Status level="ok">{plural(changes.length, noun)} understood</Status>
  )

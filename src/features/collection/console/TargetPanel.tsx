import { Send } from 'lucide-react'
import { useRef, useState } from 'react'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { PasswordField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { LabelsField, requireLabels } from './LabelsField.tsx'
import {
  inputOf,
  ownTargets,
  scrapeTargetsQuery,
  targetKey,
  type ScrapeTarget,
  type ScrapeTargets,
  type TargetAnswer,
  type TargetInput,
} from './queries.ts'
import { Answer } from './TargetTest.tsx'
import { useSeen } from './useSeen.ts'

interface TargetPanelProps {
  all: ScrapeTargets
  /** The one that is changed. */
  target?: ScrapeTarget | undefined
  onClose: () => void
}

export const TargetPanel = (props: TargetPanelProps) => (
  <Sheet open onClose={props.onClose} title={props.target ? `Change ${props.target.job}` : 'Add target'}>
    <TargetForm {...props} />
  </Sheet>
)

function TargetForm({ all, target, onClose }: TargetPanelProps) {
  const { seen, isTheirs, saving } = useSeen(scrapeTargetsQuery, () => call('GET /metrics/targets'), all)
  const isTest = useRef(false)
  const [answer, setAnswer] = useState<TargetAnswer>()
  const [isTokenTaken, setTokenTaken] = useState(false)
  const targets = ownTargets(seen)
  const known = targets.findIndex((one) => target !== undefined && targetKey(one) === targetKey(target))
  const index = known === -1 ? targets.length : known
  const hasToken = target?.token_set === true

  const submit = async (values: FormValues): Promise<void> => {
    const input = targetFrom(values, isTokenTaken)
    if (isTest.current) return setAnswer(await call('POST /metrics/targets/test', { body: input }))
    await saving(`targets.${index}.`, () =>
      call('PUT /metrics/targets', {
        body: { targets: targets.map(inputOf).toSpliced(index, 1, input), revision: seen.revision },
      }),
    )
    toastDone(`${input.job} is saved`)
    onClose()
  }

  return (
    <Form onSubmit={(values) => submit(values).finally(() => (isTest.current = false))}>
      <TextField
        name="job"
        label="Job"
        hint="What its metrics are found under, as the label job."
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        defaultValue={target?.job}
      />
      <TextField
        name="url"
        label="Address"
        hint="Path included, such as http://node-1:9100/metrics."
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        defaultValue={target?.url}
        className="font-mono text-sm"
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          name="interval_seconds"
          label="Every, seconds"
          inputMode="numeric"
          autoComplete="off"
          defaultValue={target?.interval_seconds ?? 15}
        />
        <TextField
          name="timeout_seconds"
          label="Waits for, seconds"
          inputMode="numeric"
          autoComplete="off"
          defaultValue={target?.timeout_seconds ?? 10}
        />
      </div>
      <LabelsField labels={target?.labels ?? {}} hint="Every series gets them." />
      <PasswordField
        name="bearer_token"
        label="Bearer token (optional)"
        hint={hasToken ? 'It is set. Left empty it stays, as long as job, address and labels do.' : undefined}
        placeholder={hasToken && !isTokenTaken ? '••••••••' : undefined}
        autoComplete="off"
        disabled={isTokenTaken}
      />
      {hasToken && (
        <Checkbox
          label="Take the token away"
          checked={isTokenTaken}
          onChange={(event) => setTokenTaken(event.target.checked)}
        />
      )}
      {answer && (
        <div role="status">
          <Answer answer={answer} />
        </div>
      )}
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          icon={Send}
          onClick={({ currentTarget: { form } }) => {
            isTest.current = true
            setAnswer(undefined)
            form?.requestSubmit()
          }}
        >
          Test now
        </Button>
        <Submit>{isTheirs ? 'Save over it' : target ? 'Save' : 'Add target'}</Submit>
      </FormActions>
    </Form>
  )
}

function targetFrom(values: FormValues, isTokenTaken: boolean): TargetInput {
  const token = values.maybe('bearer_token')
  return {
    job: values.text('job').trim(),
    url: values.text('url').trim(),
    interval_seconds: values.number('interval_seconds'),
    timeout_seconds: values.number('timeout_seconds'),
    labels: requireLabels(values.text('labels')),
    ...(isTokenTaken ? { bearer_token: null } : token !== undefined && { bearer_token: token }),
  }
}

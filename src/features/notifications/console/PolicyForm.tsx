import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { severities, severityWords, SpanField } from '#features/alerts/console/index.ts'
import { ChannelChoice } from './ChannelChoice.tsx'
import type { Policy, QuietHours } from './queries.ts'
import { newWindow, WindowFields } from './WindowFields.tsx'

export type PolicyDraft = Pick<Policy, 'name' | 'description' | 'steps' | 'repeat_seconds' | 'quiet_hours'>

type Step = Policy['steps'][number]

/** Things of a list get a number of their own, so that fields stay with them when one is taken away. */
interface Numbered<T> {
  key: number
  value: T
}

let lastKey = 0
const numbered = <T,>(value: T): Numbered<T> => ({ key: (lastKey += 1), value })

const hourSeconds = 3_600

export const newPolicy = (): PolicyDraft => ({
  name: '',
  description: '',
  steps: [{ delay_seconds: 0, channels: [] }],
  repeat_seconds: 4 * hourSeconds,
  quiet_hours: [],
})

interface PolicyFormProps {
  given: PolicyDraft
  submit: string
  onSave: (draft: PolicyDraft) => Promise<unknown>
  onClose: () => void
}

/** Whom to tell, one after the other, until somebody is at it. */
export function PolicyForm({ given, submit, onSave, onClose }: PolicyFormProps) {
  const [steps, setSteps] = useState(() => given.steps.map(numbered))
  const [repeat, setRepeat] = useState(given.repeat_seconds)
  const [quiet, setQuiet] = useState(() => given.quiet_hours.map(numbered))
  return (
    <Form
      onSubmit={(values) =>
        onSave({
          name: values.text('name'),
          description: values.text('description'),
          steps: steps.map(({ value }) => value),
          repeat_seconds: repeat,
          quiet_hours: quiet.map(({ value }) => value),
        })
      }
    >
      <TextField name="name" label="Name" maxLength={200} autoComplete="off" defaultValue={given.name} />
      <section aria-label="Steps" className="flex flex-col gap-2">
        {steps.map(({ key, value }, index) => (
          <StepFields
            key={key}
            step={value}
            index={index}
            onChange={(step) => setSteps(steps.map((one) => (one.key === key ? { key, value: step } : one)))}
            onRemove={steps.length > 1 ? () => setSteps(steps.filter((one) => one.key !== key)) : undefined}
          />
        ))}
        <div>
          <Button
            size="sm"
            icon={Plus}
            onClick={() =>
              setSteps([
                ...steps,
                numbered<Step>({ delay_seconds: (steps.at(-1)?.value.delay_seconds ?? 0) + 600, channels: [] }),
              ])
            }
          >
            Add a step
          </Button>
        </div>
      </section>
      <div className="flex flex-col gap-2">
        <Checkbox
          label="Begin anew after the last step"
          hint="until somebody acknowledges, or it is over"
          checked={repeat !== null}
          onChange={({ target }) => setRepeat(target.checked ? 4 * hourSeconds : null)}
        />
        {repeat !== null && <SpanField name="repeat_seconds" label="After" value={repeat} onChange={setRepeat} />}
      </div>
      <section aria-label="Quiet hours" className="flex flex-col gap-2">
        <h3 className="text-sm font-medium">Quiet hours</h3>
        <p className="text-sm text-muted">What would be told then waits until they end.</p>
        {quiet.map(({ key, value }, index) => (
          <QuietFields
            key={key}
            quiet={value}
            index={index}
            onChange={(next) => setQuiet(quiet.map((one) => (one.key === key ? { key, value: next } : one)))}
            onRemove={() => setQuiet(quiet.filter((one) => one.key !== key))}
          />
        ))}
        <div>
          <Button
            size="sm"
            icon={Plus}
            onClick={() => setQuiet([...quiet, numbered<QuietHours>({ window: newWindow(), exempt: ['critical'] })])}
          >
            Add quiet hours
          </Button>
        </div>
      </section>
      <TextareaField name="description" label="Notes" rows={2} maxLength={2_000} defaultValue={given.description} />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>{submit}</Submit>
      </FormActions>
    </Form>
  )
}

interface StepFieldsProps {
  step: Step
  index: number
  onChange: (step: Step) => void
  onRemove: (() => void) | undefined
}

const StepFields = ({ step, index, onChange, onRemove }: StepFieldsProps) => (
  <fieldset className="flex min-w-0 flex-col gap-2 rounded-md border border-border p-2.5">
    <legend className="sr-only">Step {index + 1}</legend>
    <div className="flex items-center justify-between">
      <span aria-hidden="true" className="font-medium">
        Step {index + 1}
      </span>
      {onRemove && <IconButton icon={X} size="sm" label={`Remove step ${index + 1}`} onClick={onRemove} />}
    </div>
    <SpanField
      name={`steps.${index}.delay_seconds`}
      label="After"
      hint="Counted from when the alert is told first; 0s is at once"
      value={step.delay_seconds}
      onChange={(delay_seconds) => onChange({ ...step, delay_seconds })}
    />
    <ChannelChoice
      legend={`Tell by, in step ${index + 1}`}
      chosen={step.channels}
      onChange={(channels) => onChange({ ...step, channels })}
    />
  </fieldset>
)

interface QuietFieldsProps {
  quiet: QuietHours
  index: number
  onChange: (quiet: QuietHours) => void
  onRemove: () => void
}

const QuietFields = ({ quiet, index, onChange, onRemove }: QuietFieldsProps) => (
  <fieldset className="flex min-w-0 flex-col gap-2 rounded-md border border-border p-2.5">
    <legend className="sr-only">Quiet hours {index + 1}</legend>
    <div className="flex justify-end">
      <IconButton icon={X} size="sm" label={`Remove quiet hours ${index + 1}`} onClick={onRemove} />
    </div>
    <WindowFields
      window={quiet.window}
      field={`quiet_hours.${index}.window`}
      onChange={(window) => onChange({ ...quiet, window })}
    />
    <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
      <legend className="mb-1 text-sm text-muted">Told nevertheless</legend>
      {severities.map((severity) => (
        <Checkbox
          key={severity}
          label={severityWords[severity]}
          checked={quiet.exempt.includes(severity)}
          onChange={({ target }) =>
            onChange({
              ...quiet,
              exempt: severities.filter((one) => (one === severity ? target.checked : quiet.exempt.includes(one))),
            })
          }
        />
      ))}
    </fieldset>
  </fieldset>
)

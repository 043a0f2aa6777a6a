import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useCan } from '#console/me.ts'
import { oneOf, useSearch } from '#console/search.ts'
import { ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { SelectField, TextareaField, TextField, type Option } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { pb } from '#console/paths.ts'
import { ConditionFields } from './ConditionFields.tsx'
import { SpanField } from './fields.tsx'
import { PairFields } from './PairFields.tsx'
import { PreviewCard, previewHours } from './PreviewCard.tsx'
import { figuresQuery, severities, type Condition, type Severity } from './queries.ts'
import { problemsIn, Rendered, SampleNote, textIn } from './Rendered.tsx'
import { startOf, type Kind, type RuleDraft } from './ruleDraft.ts'
import { usePreview } from './usePreview.ts'
import { useTexts, type Texts } from './useTexts.ts'
import { kinds, kindWords, severityWords } from './words.ts'

const noDataOptions: Option[] = [
  { value: 'ok', label: 'all is well' },
  { value: 'alert', label: 'that is an alert' },
  { value: 'keep', label: 'alerts stay as they are' },
]
const onErrorOptions: Option[] = [
  { value: 'keep', label: 'alerts stay as they are' },
  { value: 'alert', label: 'that is an alert' },
]

const kindHints: Record<Kind, string> = {
  threshold: 'One figure of every machine, or any metric',
  promql: 'An expression over metrics',
  logs: 'How many lines match, or that none does',
  heartbeat: 'Nothing was heard for some time',
  event: 'How often something was done, by the audit log',
  regression: 'Slower or more errors than usual at this hour',
}

interface RuleFormProps {
  given: RuleDraft
  /** Comes with the product: what it looks at stays. */
  locked?: string | undefined
  /** What stands above the fields: what somebody else saved meanwhile. */
  note?: ReactNode
  submit: string
  onSave: (draft: RuleDraft) => Promise<unknown>
}

/** Everything about a rule, with how often it would have fired beside it. */
export function RuleForm({ given, locked, note, submit, onSave }: RuleFormProps) {
  const [draft, setDraft] = useState(given)
  const [{ hours }, setSearch] = useSearch({ hours: oneOf(previewHours, '24') })
  const { reason } = useCan()('alerts:write')
  // Its choices stand in a field, which should not change its height later.
  useQuery(figuresQuery)
  const set = (change: Partial<RuleDraft>): void => setDraft({ ...draft, ...change })
  const kind = draft.condition.type
  const preview = usePreview(draft, Number(hours))
  const texts = useTexts(draft, preview.data?.sample)
  return (
    <Form
      onSubmit={() => onSave(draft)}
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-start gap-3 max-lg:grid-cols-1"
    >
      <div className="flex min-w-0 flex-col gap-3">
        {note}
        <fieldset disabled={reason !== undefined} className="flex min-w-0 flex-col gap-3">
          <legend className="sr-only">The rule</legend>
          <Card title="What">
            <div className="flex flex-col gap-3">
              <TextField
                name="name"
                label="Name"
                maxLength={200}
                autoComplete="off"
                disabled={locked !== undefined}
                value={draft.name}
                onChange={({ target }) => set({ name: target.value })}
              />
              <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
                <SelectField
                  name="kind"
                  label="Type"
                  hint={kindHints[kind]}
                  disabled={locked !== undefined}
                  options={kinds.map((value) => ({ value, label: kindWords[value] }))}
                  value={kind}
                  onChange={({ target }) => set({ condition: startOf(target.value as Kind) })}
                />
                <SelectField
                  name="severity"
                  label="Severity"
                  options={severities.map((value) => ({ value, label: severityWords[value] }))}
                  value={draft.severity}
                  onChange={({ target }) => set({ severity: target.value as Severity })}
                />
              </div>
              <ConditionFields
                key={kind}
                condition={draft.condition}
                locked={locked ?? reason}
                onChange={(condition) => set({ condition })}
              />
            </div>
          </Card>
          <Times draft={draft} set={set} />
          <Wording draft={draft} set={set} texts={texts} />
        </fieldset>
        <FormActions>
          <ButtonLink to={pb.alerts('rules')}>Cancel</ButtonLink>
          <Submit disabledReason={reason}>{submit}</Submit>
        </FormActions>
      </div>
      <div className="sticky top-0 min-w-0 max-lg:static">
        <PreviewCard
          draft={draft}
          preview={preview}
          hours={hours}
          onHours={(next) => setSearch({ hours: next }, { replace: true })}
          onThreshold={
            reason === undefined
              ? (threshold) => set({ condition: { ...draft.condition, threshold } as Condition })
              : undefined
          }
        />
      </div>
    </Form>
  )
}

interface PartProps {
  draft: RuleDraft
  set: (change: Partial<RuleDraft>) => void
}

const Times = ({ draft, set }: PartProps) => (
  <Card title="When">
    <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <SpanField
        name="for_seconds"
        label="Fires after"
        hint="How long it has to last; 0s for at once"
        value={draft.for_seconds}
        onChange={(for_seconds) => set({ for_seconds })}
      />
      <SpanField
        name="keep_firing_seconds"
        label="Resolved after"
        hint="How long it has to be over"
        value={draft.keep_firing_seconds}
        onChange={(keep_firing_seconds) => set({ keep_firing_seconds })}
      />
      <SpanField
        name="interval_seconds"
        label="Evaluated every"
        hint="At least 5s"
        value={draft.interval_seconds}
        onChange={(interval_seconds) => set({ interval_seconds })}
      />
      <span className="max-sm:hidden" />
      <SelectField
        name="no_data"
        label="When there is no data"
        options={noDataOptions}
        value={draft.no_data}
        onChange={({ target }) => set({ no_data: target.value as RuleDraft['no_data'] })}
      />
      <SelectField
        name="on_error"
        label="When it cannot be evaluated"
        options={onErrorOptions}
        value={draft.on_error}
        onChange={({ target }) => set({ on_error: target.value as RuleDraft['on_error'] })}
      />
    </div>
    <div className="mt-3">
      <Checkbox
        name="enabled"
        label="The rule is on"
        checked={draft.enabled}
        onChange={({ target }) => set({ enabled: target.checked })}
      />
    </div>
  </Card>
)

function Wording({ draft, set, texts }: PartProps & { texts: Texts | null | undefined }) {
  const { summary = '', ...others } = draft.annotations
  const problems = problemsIn(texts, 'annotations')
  return (
    <Card title="What is told">
      <div className="flex flex-col gap-3">
        <TextField
          name="annotations.summary"
          label="Message"
          hint="May hold {{ labels.instance }}, {{ value | round: 1 }} and {{ threshold }} (Liquid)."
          value={summary}
          maxLength={5_000}
          autoComplete="off"
          error={problems['summary']}
          onChange={({ target }) => set({ annotations: { ...others, ...(target.value && { summary: target.value }) } })}
        />
        {texts !== undefined && (
          <div className="-mt-2 flex flex-col gap-1">
            {!problems['summary'] && (
              <Rendered template={summary} text={textIn(texts && texts.annotations, 'summary')} />
            )}
            <SampleNote texts={texts} />
          </div>
        )}
        <PairFields
          legend="Labels"
          hint="By these it is routed and silenced, besides those of the series."
          field="labels"
          one="label"
          pairs={draft.labels}
          texts={texts && texts.labels}
          problems={problemsIn(texts, 'labels')}
          onChange={(labels) => set({ labels })}
        />
        <PairFields
          legend="Annotations"
          hint="Further texts, such as runbook_url."
          field="annotations"
          one="annotation"
          pairs={others}
          texts={texts && texts.annotations}
          problems={problems}
          onChange={(next) => set({ annotations: { ...next, ...(summary && { summary }) } })}
        />
        <TextareaField
          name="description"
          label="Notes about the rule"
          rows={2}
          maxLength={2_000}
          value={draft.description}
          onChange={({ target }) => set({ description: target.value })}
        />
      </div>
    </Card>
  )
}

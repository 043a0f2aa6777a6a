import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useId, useState } from 'react'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { SelectField, TextField, type Option } from '#console/ui/Field.tsx'
import { useFieldError } from '#console/ui/Form.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { NumberField, SpanField } from './fields.tsx'
import { figuresQuery, type Condition } from './queries.ts'
import { without } from './ruleDraft.ts'

/** Larger than all the rest of the form. */
const PromqlEditor = lazy(() =>
  import('#console/promql/PromqlEditor.tsx').then(({ PromqlEditor: editor }) => ({ default: editor })),
)

type Of<K extends Condition['type']> = Extract<Condition, { type: K }>

interface FieldsProps<C extends Condition> {
  condition: C
  onChange: (condition: Condition) => void
  /** Why what is looked at cannot be changed; thresholds still can. */
  locked: string | undefined
}

/** What is looked at, by its kind. */
export function ConditionFields({ condition, onChange, locked }: FieldsProps<Condition>) {
  const props = { onChange, locked }
  switch (condition.type) {
    case 'promql':
      return <Promql {...props} condition={condition} />
    case 'threshold':
      return <Threshold {...props} condition={condition} />
    case 'logs':
      return <Logs {...props} condition={condition} />
    case 'heartbeat':
      return <Heartbeat {...props} condition={condition} />
    case 'event':
      return <Event {...props} condition={condition} />
    case 'regression':
      return <Regression {...props} condition={condition} />
  }
}

function Promql({ condition, onChange, locked }: FieldsProps<Of<'promql'>>) {
  return (
    <>
      <QueryText
        label="Expression (PromQL)"
        name="condition.expr"
        hint="Every series of the result is an alert of its own; with a threshold, those beyond it."
        value={condition.expr}
        locked={locked}
        onChange={(expr) => onChange({ ...condition, expr })}
      />
      <Limit condition={condition} onChange={onChange} optional />
    </>
  )
}

const ownFigure = ''

function Threshold({ condition, onChange, locked }: FieldsProps<Of<'threshold'>>) {
  const { data } = useQuery(figuresQuery)
  const figures = data?.metrics ?? []
  const [isOwn, setOwn] = useState(false)
  const isFigure = !isOwn && (!data || figures.some(({ metric }) => metric === condition.metric))
  const known = figures.find(({ metric }) => metric === condition.metric)
  // A hint that comes later would move everything below it.
  const hint = data ? known?.description : '\u00A0'
  return (
    <>
      <SelectField
        name={isFigure ? 'condition.metric' : 'figure'}
        label="Figure"
        hint={isFigure ? hint : undefined}
        disabled={locked !== undefined}
        value={isFigure ? condition.metric : ownFigure}
        options={[
          ...figures.map(({ metric, unit }) => ({ value: metric, label: `${metric} (${unitWords[unit] ?? unit})` })),
          { value: ownFigure, label: 'another metric …' },
        ]}
        onChange={({ target }) => {
          setOwn(target.value === ownFigure)
          if (target.value !== ownFigure) onChange({ ...condition, metric: target.value })
        }}
      />
      {!isFigure && (
        <TextField
          name="condition.metric"
          label="Name of the metric"
          disabled={locked !== undefined}
          value={condition.metric}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ ...condition, metric: target.value })}
          className="font-mono"
        />
      )}
      <Limit condition={condition} onChange={onChange} />
    </>
  )
}

const unitWords: Record<string, string> = { percent: '%', milliseconds: 'ms', bytes: 'bytes', per_second: 'per second' }

const countOptions: Option[] = [
  { value: 'count', label: 'how many lines match' },
  { value: 'rate', label: 'matching lines per second' },
  { value: 'absence', label: 'no line matches' },
]

function Logs({ condition, onChange, locked }: FieldsProps<Of<'logs'>>) {
  const isLocked = locked !== undefined
  return (
    <>
      <TextField
        name="condition.query"
        label="Search of logs"
        hint="As on the page of logs: level:error service:api, or a LogQL selector. Empty is all lines."
        disabled={isLocked}
        value={condition.query}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => onChange({ ...condition, query: target.value })}
        className="font-mono"
      />
      <Two>
        <SelectField
          name="condition.count"
          label="What counts"
          disabled={isLocked}
          options={countOptions}
          value={condition.count}
          onChange={({ target }) => onChange({ ...condition, count: target.value as typeof condition.count })}
        />
        <SpanField
          name="condition.window_seconds"
          label="Within the last"
          value={condition.window_seconds}
          onChange={(window_seconds) => onChange({ ...condition, window_seconds })}
        />
      </Two>
      {condition.count !== 'absence' && <Limit condition={condition} onChange={onChange} />}
      <TextField
        name="condition.by"
        label="One alert for each value of"
        hint="A field such as service; empty for one alert in all."
        disabled={isLocked}
        value={condition.by ?? ''}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => onChange(without({ ...condition, by: target.value.trim() || undefined }))}
        className="font-mono"
      />
    </>
  )
}

const sourceOptions: Option[] = [
  { value: 'push', label: 'a call of this rule by a job' },
  { value: 'metric', label: 'samples of a metric' },
  { value: 'logs', label: 'lines of logs' },
]

function Heartbeat({ condition, onChange, locked }: FieldsProps<Of<'heartbeat'>>) {
  const { source } = condition
  return (
    <>
      <SelectField
        name="condition.source"
        label="A sign of life is"
        disabled={locked !== undefined}
        options={sourceOptions}
        value={source}
        hint={
          source === 'push'
            ? 'Once the rule is saved, the job sends POST /api/v1/alerts/heartbeats/<id of the rule> with an API key.'
            : undefined
        }
        onChange={({ target }) => onChange({ ...condition, source: target.value as typeof source })}
      />
      {source === 'metric' && (
        <QueryText
          label="Selector (PromQL)"
          name="condition.query"
          value={condition.query}
          locked={locked}
          onChange={(query) => onChange({ ...condition, query })}
        />
      )}
      {source === 'logs' && (
        <TextField
          name="condition.query"
          label="Search of logs"
          disabled={locked !== undefined}
          value={condition.query}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ ...condition, query: target.value })}
          className="font-mono"
        />
      )}
      <SpanField
        name="condition.timeout_seconds"
        label="It is missed when nothing was heard for"
        value={condition.timeout_seconds}
        onChange={(timeout_seconds) => onChange({ ...condition, timeout_seconds })}
      />
    </>
  )
}

const resultOptions: Option[] = [
  { value: '', label: 'any' },
  { value: 'ok', label: 'ok' },
  { value: 'denied', label: 'denied' },
  { value: 'failed', label: 'failed' },
]

const byOptions: Option[] = [
  { value: '', label: 'all together' },
  { value: 'actor', label: 'each who did it' },
  { value: 'target', label: 'each it was done to' },
  { value: 'address', label: 'each address' },
]

function Event({ condition, onChange, locked }: FieldsProps<Of<'event'>>) {
  const isLocked = locked !== undefined
  const set = (change: Partial<Of<'event'>>): void => onChange(without({ ...condition, ...change }))
  return (
    <>
      <Two>
        <TextField
          name="condition.action"
          label="Action of the audit log"
          hint="auth.* is everything that begins so."
          disabled={isLocked}
          value={condition.action}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => set({ action: target.value })}
          className="font-mono"
        />
        <SelectField
          name="condition.result"
          label="Result"
          disabled={isLocked}
          options={resultOptions}
          value={condition.result ?? ''}
          onChange={({ target }) => set({ result: (target.value || undefined) as typeof condition.result })}
        />
      </Two>
      <Two>
        <SelectField
          name="condition.by"
          label="Counted for"
          disabled={isLocked}
          options={byOptions}
          value={condition.by ?? ''}
          onChange={({ target }) => set({ by: (target.value || undefined) as typeof condition.by })}
        />
        <SpanField
          name="condition.window_seconds"
          label="Within the last"
          value={condition.window_seconds}
          onChange={(window_seconds) => set({ window_seconds })}
        />
      </Two>
      <Limit condition={condition} onChange={onChange} />
    </>
  )
}

const signalOptions: Option[] = [
  { value: 'p95', label: 'response time (p95)' },
  { value: 'error_rate', label: 'share of failed requests' },
]

function Regression({ condition, onChange, locked }: FieldsProps<Of<'regression'>>) {
  const set = (change: Partial<Of<'regression'>>): void => onChange({ ...condition, ...change })
  return (
    <>
      <SelectField
        name="condition.signal"
        label="What got worse"
        hint="Each route and model is compared with the same hour of its own recent days."
        disabled={locked !== undefined}
        options={signalOptions}
        value={condition.signal}
        onChange={({ target }) => set({ signal: target.value as typeof condition.signal })}
      />
      <Two>
        <NumberField
          name="condition.days"
          label="Days compared"
          value={condition.days}
          onChange={(days = Number.NaN) => set({ days })}
        />
        <NumberField
          name="condition.requests_min"
          label="Requests in 5 min at least"
          value={condition.requests_min}
          onChange={(requests_min = Number.NaN) => set({ requests_min })}
        />
        <NumberField
          name="condition.deviations"
          label="Deviations that are usual"
          hint="Median absolute deviations"
          value={condition.deviations}
          onChange={(deviations = Number.NaN) => set({ deviations })}
        />
        <NumberField
          name="condition.ratio"
          label="Times the median at least"
          value={condition.ratio}
          onChange={(ratio = Number.NaN) => set({ ratio })}
        />
      </Two>
    </>
  )
}

type Limited = Of<'promql'> | Of<'threshold'> | Of<'logs'> | Of<'event'>

const operatorOptions: Option[] = [
  { value: 'above', label: 'above' },
  { value: 'below', label: 'below' },
]

interface LimitProps {
  condition: Limited
  onChange: (condition: Condition) => void
  /** Without one every series of the result is an alert. */
  optional?: boolean
}

/** From where on it is too much, and from where on it is enough again. */
function Limit({ condition, onChange, optional = false }: LimitProps) {
  const set = (change: {
    operator?: 'above' | 'below'
    threshold?: number | undefined
    recovery_threshold?: number | undefined
  }): void => onChange(without({ ...condition, ...change }) as Condition)
  return (
    <div className="grid grid-cols-[110px_minmax(0,1fr)_minmax(0,1fr)] gap-3 max-sm:grid-cols-2">
      <SelectField
        name="condition.operator"
        label="Fires"
        options={operatorOptions}
        value={condition.operator ?? 'above'}
        onChange={({ target }) => set({ operator: target.value as 'above' | 'below' })}
      />
      <NumberField
        name="condition.threshold"
        label="Threshold"
        {...(optional && { hint: 'Empty: every series' })}
        value={condition.threshold}
        onChange={(threshold) => set({ threshold: threshold ?? (optional ? undefined : Number.NaN) })}
      />
      <NumberField
        name="condition.recovery_threshold"
        label="Over again at"
        hint="Empty: at the threshold"
        value={condition.recovery_threshold}
        onChange={(recovery_threshold) => set({ recovery_threshold })}
      />
    </div>
  )
}

const Two = ({ children }: { children: React.ReactNode }) => (
  <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">{children}</div>
)

interface QueryTextProps {
  label: string
  name: string
  hint?: string
  value: string
  locked: string | undefined
  onChange: (text: string) => void
}

/** PromQL with completion; what cannot be changed is only shown. */
function QueryText({ label, name, hint, value, locked, onChange }: QueryTextProps) {
  const error = useFieldError(name)
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <span id={id} aria-hidden="true" className="text-sm font-medium">
        {label}
      </span>
      {locked === undefined ? (
        <Suspense fallback={<Skeleton className="h-8" />}>
          <PromqlEditor
            label={label}
            value={value}
            onChange={onChange}
            onRun={() => undefined}
            problem={error === undefined ? undefined : { message: error, position: null }}
          />
        </Suspense>
      ) : (
        <CodeBlock code={value} what={label} wrap />
      )}
      {/* What the server says about the expression finds its field by this name. */}
      <input type="hidden" name={name} value={value} />
      {hint && <p className="text-sm text-muted">{hint}</p>}
    </div>
  )
}

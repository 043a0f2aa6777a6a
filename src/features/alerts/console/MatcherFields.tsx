import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Input, Select } from '#console/ui/Field.tsx'
import { useFieldError } from '#console/ui/Form.tsx'
import type { Matcher } from './queries.ts'

const operators: Matcher['op'][] = ['=', '!=', '=~', '!~']
const operatorWords: Record<Matcher['op'], string> = { '=': 'is', '!=': 'is not', '=~': 'fits', '!~': 'does not fit' }

interface MatcherFieldsProps {
  /** What they choose: `Alerts that are silenced`. */
  legend: string
  hint?: string
  matchers: readonly Matcher[]
  onChange: (matchers: Matcher[]) => void
  /** Names that the body gives them, so that complaints find their place. */
  field?: string
}

/** Conditions on labels, all of which have to hold. */
export function MatcherFields({ legend, hint, matchers, onChange, field = 'matchers' }: MatcherFieldsProps) {
  const error = useFieldError(field)
  const replace = (index: number, change: Partial<Matcher>): void =>
    onChange(matchers.map((matcher, at) => (at === index ? { ...matcher, ...change } : matcher)))
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {hint && <p className="text-sm text-muted">{hint}</p>}
      {matchers.map((matcher, index) => (
        // Conditions have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="grid grid-cols-[minmax(0,1fr)_92px_minmax(0,1.4fr)_auto] items-center gap-1.5">
          <Input
            aria-label={`Label ${index + 1}`}
            name={`${field}.${index}.name`}
            value={matcher.name}
            placeholder="label"
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => replace(index, { name: target.value })}
            className="font-mono text-sm"
          />
          <Select
            aria-label={`Comparison ${index + 1}`}
            options={operators.map((op) => ({ value: op, label: operatorWords[op] }))}
            value={matcher.op}
            onChange={({ target }) => replace(index, { op: target.value as Matcher['op'] })}
          />
          <Input
            aria-label={`Value ${index + 1}`}
            name={`${field}.${index}.value`}
            value={matcher.value}
            placeholder={matcher.op.endsWith('~') ? 'expression' : 'value'}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => replace(index, { value: target.value })}
            className="font-mono text-sm"
          />
          <IconButton
            icon={X}
            label={`Remove condition ${index + 1}`}
            onClick={() => onChange(matchers.filter((_matcher, at) => at !== index))}
          />
        </div>
      ))}
      {error && <p className="text-sm text-error">{error}</p>}
      <div>
        <Button size="sm" icon={Plus} onClick={() => onChange([...matchers, { name: '', op: '=', value: '' }])}>
          Add a condition
        </Button>
      </div>
    </fieldset>
  )
}

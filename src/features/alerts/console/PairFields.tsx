import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Input } from '#console/ui/Field.tsx'
import { useFieldError } from '#console/ui/Form.tsx'
import { Rendered, textIn } from './Rendered.tsx'

interface PairFieldsProps {
  legend: string
  hint?: string
  /** Name in the body: `labels`. */
  field: string
  /** What one is called: `label`. */
  one: string
  pairs: Record<string, string>
  onChange: (pairs: Record<string, string>) => void
  /** What values that are templates come to, and what is wrong with them, by their names. */
  texts?: Record<string, string> | null | undefined
  problems?: Record<string, string>
}

const noProblems: Record<string, string> = {}

/** Names with values, as many as one likes. */
export function PairFields({
  legend,
  hint,
  field,
  one,
  pairs,
  onChange,
  texts,
  problems = noProblems,
}: PairFieldsProps) {
  const error = useFieldError(field)
  const [rows, setRows] = useState<[string, string][]>(() => Object.entries(pairs))
  const set = (next: [string, string][]): void => {
    setRows(next)
    onChange(Object.fromEntries(next.filter(([name]) => name.trim() !== '')))
  }
  const replace = (index: number, change: [string, string]): void =>
    set(rows.map((row, at) => (at === index ? change : row)))
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {hint && <p className="text-sm text-muted">{hint}</p>}
      {rows.map(([name, value], index) => (
        // They have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto] items-center gap-x-1.5 gap-y-1">
          <Input
            aria-label={`Name of ${one} ${index + 1}`}
            value={name}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => replace(index, [target.value, value])}
            className="font-mono text-sm"
          />
          <Input
            aria-label={`Value of ${one} ${index + 1}`}
            name={`${field}.${name}`}
            aria-invalid={name in problems || undefined}
            value={value}
            autoComplete="off"
            onChange={({ target }) => replace(index, [name, target.value])}
            className="font-mono text-sm"
          />
          <IconButton
            icon={X}
            label={`Remove ${one} ${index + 1}`}
            onClick={() => set(rows.filter((_row, at) => at !== index))}
          />
          <div className="col-start-2 col-end-4 empty:hidden">
            <Rendered template={value} text={textIn(texts, name)} problem={problems[name]} />
          </div>
        </div>
      ))}
      {error && <p className="text-sm text-error">{error}</p>}
      <div>
        <Button size="sm" icon={Plus} onClick={() => set([...rows, ['', '']])}>
          Add {one.startsWith('a') ? 'an' : 'a'} {one}
        </Button>
      </div>
    </fieldset>
  )
}

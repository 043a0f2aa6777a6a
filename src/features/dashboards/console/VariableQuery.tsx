import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { labelNamesQuery } from '#console/promql/names.ts'
import { TextField } from '#console/ui/Field.tsx'
import { QueryField } from './QueryField.tsx'
import { labelQueryParts, labelQueryText } from './variables.ts'

interface VariableQueryProps {
  name: string
  query: string
  /** Variables that stand before this one. */
  variables: readonly string[]
  onChange: (query: string) => void
}

/** `label_values(metric, label)` as two fields, each with what there is to choose. */
export function VariableQuery({ name, query, variables, onChange }: VariableQueryProps) {
  const listId = useId()
  const { match, label } = labelQueryParts(query)
  const { data: names = [] } = useQuery({ ...labelNamesQuery(/^[a-zA-Z_:][\w:]*/.exec(match)?.[0]), retry: false })
  return (
    <>
      <QueryField
        label="Of which metric"
        hint="PromQL; empty takes all there are."
        expr={match}
        variables={variables}
        onCommit={(next) => onChange(labelQueryText(next, label))}
      />
      <TextField
        name={name}
        label="Values of the label"
        value={label}
        list={listId}
        placeholder="instance"
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
        onChange={({ target }) => onChange(labelQueryText(match, target.value))}
      />
      <datalist id={listId}>
        {names.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </datalist>
    </>
  )
}

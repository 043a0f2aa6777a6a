import { ChevronDown } from 'lucide-react'
import { Button } from '#console/ui/Button.tsx'
import { Input } from '#console/ui/Field.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import type { Variables } from './useVariables.ts'
import type { VariableState } from './variableState.ts'
import { allValues } from './variables.ts'

/** What the queries of the board leave open. */
export function VariablesBar({ variables: { states, choose } }: { variables: Variables }) {
  if (states.length === 0) return null
  return (
    <div role="group" aria-label="Variables" className="mb-3 flex flex-wrap items-center gap-2">
      {states.map((state) => (
        <VariableControl key={state.variable.name} state={state} choose={choose} />
      ))}
    </div>
  )
}

interface ControlProps {
  state: VariableState
  choose: (name: string, values: string[]) => void
}

function VariableControl({ state, choose }: ControlProps) {
  const { variable, values, error } = state
  const title = variable.label || variable.name
  if (variable.type === 'text')
    return (
      <label className="flex items-center gap-2 text-sm">
        <span className="text-muted">{title}</span>
        <Input
          key={values[0]}
          defaultValue={values[0] ?? ''}
          onBlur={({ target }) => target.value !== (values[0] ?? '') && choose(variable.name, [target.value])}
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
          className="!h-7 !w-40 max-md:!h-9"
        />
      </label>
    )
  return (
    <Menu
      align="start"
      items={error ? [{ heading: error.message }] : itemsOf(state, choose)}
      trigger={
        <Button>
          <span className="text-muted">{title}</span>
          <span className="max-w-48 truncate">{shown(values)}</span>
          <ChevronDown size={12} aria-hidden="true" className="text-faint" />
        </Button>
      }
    />
  )
}

const shown = (values: readonly string[]): string => {
  if (values.includes(allValues)) return 'All'
  if (values.length === 0) return 'none'
  return values.length > 2 ? `${values.length} chosen` : values.join(', ')
}

function itemsOf({ variable, options, values }: VariableState, choose: ControlProps['choose']) {
  const isMulti = 'multi' in variable && variable.multi
  const offersAll = 'include_all' in variable && variable.include_all
  const toggled = (option: string): string[] => {
    if (!isMulti) return [option]
    const chosen = values.filter((value) => value !== allValues)
    const next = chosen.includes(option) ? chosen.filter((value) => value !== option) : [...chosen, option]
    return next.length === 0 && offersAll ? [allValues] : next
  }
  const items = options.map((option) => ({
    label: option,
    checked: values.includes(option),
    onSelect: () => choose(variable.name, toggled(option)),
  }))
  if (options.length === 0 && !offersAll) return [{ heading: 'There are no values' }]
  if (!offersAll) return items
  const all = {
    label: 'All',
    checked: values.includes(allValues),
    onSelect: () => choose(variable.name, [allValues]),
  }
  return [all, ...items]
}

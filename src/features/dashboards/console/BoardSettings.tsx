import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { SelectField, TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { optionsFrom, variableTypes } from './choices.ts'
import type { Board, Variable } from './queries.ts'
import { tagsOf } from './tags.ts'
import { VariableQuery } from './VariableQuery.tsx'

interface BoardSettingsProps {
  open: boolean
  onClose: () => void
  board: Board
  onChange: (board: Board) => void
}

/** Title, folder, time and variables. */
export const BoardSettings = (props: BoardSettingsProps) => (
  <Sheet open={props.open} onClose={props.onClose} title="Settings of the dashboard">
    <SettingsForm {...props} />
  </Sheet>
)

const spans = ['now-5m', 'now-15m', 'now-1h', 'now-6h', 'now-24h', 'now-7d', 'now-30d']
const refreshes = { 0: 'Off', 5: '5 s', 10: '10 s', 30: '30 s', 60: '1 min', 300: '5 min' }

function SettingsForm({ board, onChange, onClose }: BoardSettingsProps) {
  const [variables, setVariables] = useState(board.variables)
  const apply = async (values: FormValues): Promise<void> => {
    const title = values.text('title').trim()
    if (title === '') throw new Error('Write a title')
    const problem = problemIn(variables)
    if (problem) throw new Error(problem)
    onChange({
      ...board,
      title,
      description: values.text('description'),
      folder: values.text('folder').trim(),
      tags: tagsOf(values.text('tags')),
      from: values.text('from'),
      refresh_seconds: values.number('refresh_seconds') ?? 0,
      variables,
    })
    onClose()
  }
  return (
    <Form onSubmit={apply}>
      <TextField name="title" label="Title" defaultValue={board.title} maxLength={200} autoComplete="off" />
      <TextareaField
        name="description"
        label="Description"
        rows={2}
        defaultValue={board.description}
        maxLength={10_000}
      />
      <TextField name="folder" label="Folder" defaultValue={board.folder} maxLength={100} autoComplete="off" />
      <TextField
        name="tags"
        label="Tags"
        hint="Separated by commas"
        defaultValue={board.tags.join(', ')}
        autoComplete="off"
      />
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          name="from"
          label="Time at first"
          defaultValue={board.from}
          options={[...new Set([...spans, board.from])].map((value) => ({ value, label: `Last ${value.slice(4)}` }))}
        />
        <SelectField
          name="refresh_seconds"
          label="Looks again every"
          defaultValue={board.refresh_seconds}
          options={optionsFrom({
            ...refreshes,
            ...(!(board.refresh_seconds in refreshes) && { [board.refresh_seconds]: `${board.refresh_seconds} s` }),
          })}
        />
      </div>
      <section aria-label="Variables" className="flex flex-col gap-3">
        <h3 className="font-medium">Variables</h3>
        {variables.map((variable, index) => (
          <VariableFields
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            index={index}
            variable={variable}
            earlier={variables.slice(0, index).map(({ name }) => name)}
            onChange={(next) => setVariables(variables.map((one, at) => (at === index ? next : one)))}
            onRemove={() => setVariables(variables.filter((_one, at) => at !== index))}
          />
        ))}
        <Button
          size="sm"
          icon={Plus}
          className="self-start"
          onClick={() => setVariables([...variables, asType({ name: '', label: '' }, 'query')])}
        >
          Add variable
        </Button>
      </section>
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Apply</Submit>
      </FormActions>
    </Form>
  )
}

interface VariableFieldsProps {
  index: number
  variable: Variable
  /** Names that its query may hold. */
  earlier: readonly string[]
  onChange: (variable: Variable) => void
  onRemove: () => void
}

function VariableFields({ index, variable, earlier, onChange, onRemove }: VariableFieldsProps) {
  const { name, label, type } = variable
  const field = (part: string): string => `variable-${index}-${part}`
  return (
    <fieldset className="flex flex-col gap-2 rounded-md border border-border p-3">
      <legend className="px-1 text-sm text-muted">{name ? `$${name}` : 'New variable'}</legend>
      <div className="grid grid-cols-2 gap-2">
        <TextField
          name={field('name')}
          label="Name"
          value={name}
          autoComplete="off"
          onChange={({ target }) => onChange({ ...variable, name: target.value })}
        />
        <TextField
          name={field('label')}
          label="Label"
          value={label}
          onChange={({ target }) => onChange({ ...variable, label: target.value })}
        />
      </div>
      <SelectField
        name={field('type')}
        label="Kind"
        options={optionsFrom(variableTypes)}
        value={type}
        onChange={({ target }) => onChange(asType(variable, target.value as Variable['type']))}
      />
      {type === 'query' && (
        <VariableQuery
          name={field('label-name')}
          query={variable.query}
          variables={earlier}
          onChange={(query) => onChange({ ...variable, query })}
        />
      )}
      {(type === 'custom' || type === 'interval') && (
        <TextField
          name={field('options')}
          label="Values"
          hint={type === 'interval' ? 'Durations, separated by commas: 1m, 5m, 1h' : 'Separated by commas'}
          defaultValue={variable.options.join(', ')}
          onBlur={({ target }) => onChange({ ...variable, options: tagsOf(target.value) })}
        />
      )}
      {type === 'text' && (
        <TextField
          name={field('value')}
          label="Value at first"
          value={variable.value[0] ?? ''}
          onChange={({ target }) => onChange({ ...variable, value: [target.value] })}
        />
      )}
      {(type === 'query' || type === 'custom') && (
        <div className="flex gap-4">
          <Checkbox
            label="Several at once"
            checked={variable.multi}
            onChange={({ target }) => onChange({ ...variable, multi: target.checked })}
          />
          <Checkbox
            label="Offer All"
            checked={variable.include_all}
            onChange={({ target }) => onChange({ ...variable, include_all: target.checked })}
          />
        </div>
      )}
      <Button size="sm" icon={Trash2} className="self-start" onClick={onRemove}>
        Remove
      </Button>
    </fieldset>
  )
}

function asType({ name, label }: Pick<Variable, 'name' | 'label'>, type: Variable['type']): Variable {
  const common = { name, label, value: [] }
  switch (type) {
    case 'query':
      return { ...common, type, query: '', multi: false, include_all: false }
    case 'custom':
      return { ...common, type, options: [], multi: false, include_all: false }
    case 'interval':
      return { ...common, type, options: ['1m', '5m', '1h'] }
    default:
      return { ...common, type }
  }
}

/** In the words of the server, before it is asked. */
function problemIn(variables: readonly Variable[]): string | undefined {
  const names = variables.map(({ name }) => name)
  const bad = names.find((name) => !/^[a-zA-Z_]\w{0,49}$/.test(name) || name.startsWith('__'))
  if (bad !== undefined) return `"${bad}" is no name of a variable: write letters, digits and "_"`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `Two variables are named ${twice}`
  const without = variables.find((variable) => 'options' in variable && variable.options.length === 0)
  if (without) return `$${without.name} needs at least one value`
  const unread = variables.find(
    (variable) =>
      variable.type === 'query' && !/^\s*label_values\((?:.+,)?\s*[a-zA-Z_]\w*\s*\)\s*$/s.test(variable.query),
  )
  return unread && `$${unread.name} needs the name of a label`
}

import { Plus, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { Select, SelectField, TextareaField, TextField, Input } from '#console/ui/Field.tsx'
import { levelWords, optionsFrom, panelTypes, reducerNames, unitNames } from './choices.ts'
import type { Rect } from './layout.ts'
import type { Level, Panel } from './queries.ts'
import { QueryField } from './QueryField.tsx'

interface PanelEditorProps {
  panel: Panel
  /** Names that its queries may hold. */
  variables: readonly string[]
  onChange: (panel: Panel) => void
  onPlace: (to: Rect) => void
  onClose: () => void
}

/** Everything about one panel. The board beside it shows each change at once. */
export function PanelEditor({ panel, variables, onChange, onPlace, onClose }: PanelEditorProps) {
  const editor = useRef<HTMLElement>(null)
  const set = (change: Partial<Panel>): void => onChange({ ...panel, ...change })
  const panelId = panel.id
  useEffect(() => {
    const before = document.activeElement
    editor.current?.focus()
    // Where the editor covers the lower half, the panel goes on top.
    const beside = matchMedia('(min-width: 1024px)').matches
    document
      .querySelector(`[data-panel="${CSS.escape(panelId)}"]`)
      ?.scrollIntoView({ block: beside ? 'nearest' : 'start' })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [panelId])
  const hasQueries = panel.type !== 'text'
  const hasNumbers = hasQueries && panel.type !== 'logs'
  return (
    <aside
      ref={editor}
      tabIndex={-1}
      aria-label="Panel"
      className="sticky top-0 flex *:shrink-0 max-h-[calc(100dvh-180px)] w-88 shrink-0 flex-col gap-3 overflow-y-auto rounded-lg border border-border bg-surface p-3 outline-none max-lg:fixed max-lg:inset-x-0 max-lg:top-auto max-lg:bottom-0 max-lg:z-30 max-lg:max-h-[55dvh] max-lg:w-full max-lg:rounded-b-none max-lg:shadow-float"
    >
      <div className="flex items-center justify-between">
        <h2 className="font-semibold">{panel.title || panelTypes[panel.type]}</h2>
        <IconButton icon={X} label="Close the editor (Esc)" onClick={onClose} />
      </div>
      <TextField
        name="title"
        label="Title"
        value={panel.title}
        maxLength={200}
        onChange={({ target }) => set({ title: target.value })}
      />
      <SelectField
        name="type"
        label="Shown as"
        options={optionsFrom(panelTypes)}
        value={panel.type}
        onChange={({ target }) => set({ type: target.value as Panel['type'] })}
      />
      {hasQueries ? (
        <Queries panel={panel} variables={variables} set={set} />
      ) : (
        <TextareaField
          name="content"
          label="Markdown"
          rows={8}
          value={panel.content}
          maxLength={50_000}
          onChange={({ target }) => set({ content: target.value })}
        />
      )}
      {hasNumbers && <Numbers panel={panel} set={set} />}
      <Place panel={panel} onPlace={onPlace} />
      <TextareaField
        name="description"
        label="Description"
        rows={2}
        value={panel.description}
        maxLength={2_000}
        onChange={({ target }) => set({ description: target.value })}
      />
    </aside>
  )
}

interface PartProps {
  panel: Panel
  set: (change: Partial<Panel>) => void
}

function Queries({ panel: { type, queries }, variables, set }: PartProps & { variables: readonly string[] }) {
  const shown = queries.length > 0 ? queries : [{ expr: '', legend: '' }]
  const replace = (index: number, change: Partial<Panel['queries'][number]>): void =>
    set({ queries: shown.map((query, at) => (at === index ? { ...query, ...change } : query)) })
  return (
    <>
      {shown.map((query, index) => (
        <fieldset
          // Queries have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          className="flex flex-col gap-2 rounded-md border border-border p-2"
        >
          <legend className="sr-only">Query {index + 1}</legend>
          {type === 'logs' ? (
            <LogFilterField expr={query.expr} onCommit={(expr) => replace(index, { expr })} />
          ) : (
            <QueryField
              label={`Query ${index + 1}, PromQL`}
              expr={query.expr}
              variables={variables}
              onCommit={(expr) => replace(index, { expr })}
            />
          )}
          {type !== 'logs' && (
            <TextField
              name={`legend-${index}`}
              label="Legend"
              placeholder="{{instance}}"
              value={query.legend}
              maxLength={500}
              onChange={({ target }) => replace(index, { legend: target.value })}
            />
          )}
          {shown.length > 1 && (
            <Button
              size="sm"
              icon={Trash2}
              onClick={() => set({ queries: shown.filter((_query, at) => at !== index) })}
            >
              Remove query {index + 1}
            </Button>
          )}
        </fieldset>
      ))}
      {type !== 'logs' && shown.length < 10 && (
        <Button size="sm" icon={Plus} onClick={() => set({ queries: [...shown, { expr: '', legend: '' }] })}>
          Add query
        </Button>
      )}
    </>
  )
}

/** The filter of a `logs` panel; as with queries it counts once it is whole. */
function LogFilterField({ expr, onCommit }: { expr: string; onCommit: (expr: string) => void }) {
  const [typed, setTyped] = useState(expr)
  const commit = (): void => {
    if (typed !== expr) onCommit(typed)
  }
  return (
    <TextareaField
      name="expr"
      label="Filter"
      rows={3}
      spellCheck={false}
      autoComplete="off"
      value={typed}
      maxLength={20_000}
      onChange={({ target }) => setTyped(target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        commit()
      }}
      className="font-mono text-sm"
    />
  )
}

function Numbers({ panel, set }: PartProps) {
  const { type, unit, reduce, stacked, filled } = panel
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        <SelectField
          name="unit"
          label="Unit"
          options={optionsFrom(unitNames)}
          value={unit}
          onChange={({ target }) => set({ unit: target.value as Panel['unit'] })}
        />
        <NumberField
          label="Decimals"
          value={panel.decimals}
          onChange={(decimals) => set({ decimals: inDigits(decimals) })}
        />
        <NumberField label="Least" value={panel.min} onChange={(min) => set({ min })} />
        <NumberField label="Most" value={panel.max} onChange={(max) => set({ max })} />
      </div>
      {type === 'timeseries' ? (
        <div className="flex gap-4">
          <Checkbox label="Stacked" checked={stacked} onChange={({ target }) => set({ stacked: target.checked })} />
          <Checkbox label="Filled" checked={filled} onChange={({ target }) => set({ filled: target.checked })} />
        </div>
      ) : (
        type !== 'status' && (
          <SelectField
            name="reduce"
            label="Value"
            options={optionsFrom(reducerNames)}
            value={reduce}
            onChange={({ target }) => set({ reduce: target.value as Panel['reduce'] })}
          />
        )
      )}
      <Thresholds panel={panel} set={set} />
    </>
  )
}

const inDigits = (decimals: number | null): number | null =>
  decimals === null ? null : Math.min(10, Math.max(0, Math.round(decimals)))

function Thresholds({ panel: { thresholds }, set }: PartProps) {
  const replace = (index: number, change: Partial<Panel['thresholds'][number]>): void =>
    set({ thresholds: thresholds.map((one, at) => (at === index ? { ...one, ...change } : one)) })
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Thresholds</legend>
      {thresholds.map(({ value, level }, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="flex items-center gap-2">
          <Input
            type="number"
            step="any"
            aria-label={`Threshold ${index + 1}, from`}
            defaultValue={value}
            onBlur={({ target }) => target.value !== '' && replace(index, { value: Number(target.value) })}
          />
          <Select
            aria-label={`Threshold ${index + 1}, level`}
            options={optionsFrom(levelWords)}
            value={level}
            onChange={({ target }) => replace(index, { level: target.value as Level })}
          />
          <IconButton
            icon={Trash2}
            label={`Remove threshold ${index + 1}`}
            onClick={() => set({ thresholds: thresholds.filter((_one, at) => at !== index) })}
          />
        </div>
      ))}
      {thresholds.length < 10 && (
        <Button
          size="sm"
          icon={Plus}
          onClick={() => set({ thresholds: [...thresholds, { value: thresholds.at(-1)?.value ?? 0, level: 'warn' }] })}
        >
          Add threshold
        </Button>
      )}
    </fieldset>
  )
}

/** The same as moving and resizing on the board, in numbers. */
const Place = ({ panel, onPlace }: { panel: Panel; onPlace: (to: Rect) => void }) => {
  const { x, y, w, h } = panel
  return (
    <fieldset className="grid grid-cols-4 gap-2">
      <legend className="sr-only">Place</legend>
      <NumberField label="Column" value={x + 1} onChange={(next) => onPlace({ x: (next ?? 1) - 1, y, w, h })} />
      <NumberField label="Row" value={y + 1} onChange={(next) => onPlace({ x, y: (next ?? 1) - 1, w, h })} />
      <NumberField label="Width" value={w} onChange={(next) => onPlace({ x, y, w: next ?? w, h })} />
      <NumberField label="Height" value={h} onChange={(next) => onPlace({ x, y, w, h: next ?? h })} />
    </fieldset>
  )
}

const NumberField = ({
  label,
  value,
  onChange,
}: {
  label: string
  value: number | null
  onChange: (value: number | null) => void
}) => (
  <TextField
    // What was typed is taken when the field is left; a value from elsewhere replaces it.
    key={value}
    name={label.toLowerCase()}
    label={label}
    type="number"
    step="any"
    defaultValue={value ?? ''}
    placeholder="auto"
    onBlur={({ target }) => {
      const next = target.value === '' ? null : Number(target.value)
      if (next !== value) onChange(next)
    }}
    onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
  />
)

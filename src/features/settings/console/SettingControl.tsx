import { useState } from 'react'
import { formatBytes } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { Input, Select } from '#console/ui/Field.tsx'
import { problemOf, wantedValue, withValue, type Draft } from './draft.ts'
import { setDraft } from './draftState.ts'
import type { Setting } from './queries.ts'
import { isBytes, valueText } from './valueText.ts'

interface SettingControlProps {
  setting: Setting
  draft: Draft
  yourAddress: string | null
}

/** The value, to be changed where that takes effect and else to be read. */
export function SettingControl({ setting, draft, yourAddress }: SettingControlProps) {
  const may = useCan()('settings:configure')
  const value = wantedValue(setting, draft)
  const change = (next: unknown): void => setDraft((before) => withValue(before, setting, next))
  if (setting.locked || !may.ok) return <ReadOnly setting={setting} />
  const problem =
    Object.hasOwn(draft, setting.key) && draft[setting.key] !== null ? problemOf(setting, value) : undefined
  const inWords = isBytes(setting.key) && typeof value === 'number' ? formatBytes(value) : undefined
  return (
    <div className="flex max-w-80 flex-col gap-1 max-md:w-48">
      <Control setting={setting} value={value} change={change} invalid={problem !== undefined} />
      {problem ? (
        <p className="text-sm text-error">{problem}</p>
      ) : (
        inWords && <p className="text-sm text-muted">{inWords}</p>
      )}
      {setting.key === 'ip_allow_list' && (
        <p className="text-sm text-muted">
          One a line. Your address is <code className="font-mono">{yourAddress ?? 'not known'}</code>.
        </p>
      )}
    </div>
  )
}

function ReadOnly({ setting }: { setting: Setting }) {
  if (setting.secret) return <span className="text-muted">{setting.set ? '•••••••• set, never shown' : 'not set'}</span>
  const text = valueText(setting, setting.value)
  return <span className={setting.set ? 'font-mono text-sm break-all' : 'text-faint'}>{text}</span>
}

interface ControlProps {
  setting: Setting
  value: unknown
  change: (value: unknown) => void
  invalid: boolean
}

function Control({ setting, value, change, invalid }: ControlProps) {
  const { key, type, options, minimum, maximum } = setting
  // The bar at the bottom does not cover what has the focus.
  const common = { name: key, 'aria-label': key, 'aria-invalid': invalid || undefined, className: 'scroll-mb-20' }
  if (type === 'boolean') {
    return (
      <Select
        {...common}
        options={[
          { value: 'true', label: 'on' },
          { value: 'false', label: 'off' },
        ]}
        value={String(value)}
        onChange={({ target }) => change(target.value === 'true')}
      />
    )
  }
  if (options) {
    return (
      <Select
        {...common}
        options={options.map((option) => ({ value: option, label: option }))}
        value={String(value)}
        onChange={({ target }) => change(target.value)}
      />
    )
  }
  if (type === 'list')
    return <ListControl {...common} value={Array.isArray(value) ? value.map(String) : []} change={change} />
  if (type === 'text') {
    return <Input {...common} value={String(value ?? '')} onChange={({ target }) => change(target.value || null)} />
  }
  return (
    <Input
      {...common}
      type="number"
      step={type === 'integer' ? 1 : 'any'}
      min={minimum ?? undefined}
      max={maximum ?? undefined}
      value={typeof value === 'number' && !Number.isNaN(value) ? value : ''}
      onChange={({ target }) => change(target.valueAsNumber)}
    />
  )
}

/** Keeps what is typed as it is, empty lines too, while the list is what counts. */
function ListControl({ value, change, ...area }: { name: string; value: string[]; change: (value: string[]) => void }) {
  const [typed, setTyped] = useState<string>()
  const lines = (text: string): string[] =>
    text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter(Boolean)
  const text = typed !== undefined && lines(typed).join() === value.join() ? typed : value.join('\n')
  return (
    <textarea
      {...area}
      rows={Math.max(2, text.split('\n').length)}
      placeholder="none"
      value={text}
      onChange={({ target }) => {
        setTyped(target.value)
        change(lines(target.value))
      }}
      className="w-full min-w-0 scroll-mb-20 resize-none rounded-md border border-strong bg-canvas px-2 py-1.5 font-mono text-sm text-text hover:border-muted max-md:text-[16px]"
    />
  )
}

import { RotateCcw } from 'lucide-react'
import { useCan } from '#console/me.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { withValue, type Draft } from './draft.ts'
import { setDraft, useDraft } from './draftState.ts'
import type { Setting } from './queries.ts'
import { SettingControl } from './SettingControl.tsx'
import { SourceMark } from './SourceMark.tsx'
import { valueText } from './valueText.ts'

interface SettingTableProps {
  label: string
  settings: readonly Setting[] | undefined
  yourAddress: string | null
  error: Error | null
  onRetry: () => void
  current: string | undefined
  onOpen: (key: string) => void
}

export function SettingTable({ label, settings, yourAddress, error, onRetry, current, onOpen }: SettingTableProps) {
  const draft = useDraft()
  return (
    <Table
      label={label}
      columns={columnsFor(draft, yourAddress, onOpen)}
      rows={settings}
      rowKey={({ key }) => key}
      current={current}
      onOpen={({ key }) => onOpen(key)}
      error={error}
      onRetry={onRetry}
      empty={null}
    />
  )
}

const columnsFor = (draft: Draft, yourAddress: string | null, open: (key: string) => void): Column<Setting>[] => [
  {
    key: 'key',
    header: 'Setting',
    primary: true,
    width: '44%',
    cell: ({ key, description, problem }) => (
      <div className="py-1">
        <button
          type="button"
          onClick={() => open(key)}
          className="max-w-full rounded-sm text-left font-mono text-sm font-medium break-all hover:underline"
        >
          {key}
        </button>
        <p className="font-normal text-muted">{description}</p>
        {problem && <Status level="warn">The stored value is not used: {problem}</Status>}
      </div>
    ),
  },
  {
    key: 'value',
    header: 'Value',
    width: '28%',
    cell: (setting) => (
      <div className="py-1">
        <SettingControl setting={setting} draft={draft} yourAddress={yourAddress} />
      </div>
    ),
  },
  {
    key: 'source',
    header: 'Source',
    width: '28%',
    cell: (setting) => (
      <div className="flex items-start justify-between gap-2 py-1">
        <SourceMark setting={setting} drafted={Object.hasOwn(draft, setting.key)} />
        <Reset setting={setting} draft={draft} />
      </div>
    ),
  },
]

/** Only where somebody set something here: everywhere else the default holds already, or is not ours to change. */
function Reset({ setting, draft }: { setting: Setting; draft: Draft }) {
  const may = useCan()('settings:configure')
  const { key, source, locked, default: initial } = setting
  if (locked || source.kind !== 'database' || draft[key] === null) return null
  return (
    <IconButton
      icon={RotateCcw}
      size="sm"
      label={`Back to the default: ${valueText(setting, initial)}`}
      disabledReason={may.reason}
      onClick={() => setDraft((before) => withValue(before, setting, null))}
    />
  )
}

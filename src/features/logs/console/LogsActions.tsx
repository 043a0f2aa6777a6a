import {
  BellPlus,
  ChevronDown,
  Download,
  LayoutGrid,
  Link2,
  ListCollapse,
  PanelLeft,
  Radio,
  Share2,
  Terminal,
  WrapText,
  X,
} from 'lucide-react'
import { useState } from 'react'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { copyText } from '#console/ui/clipboard.ts'
import { cx } from '#console/ui/cx.ts'
import { Menu } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { AddToDashboard, newPanel } from '#features/dashboards/console/index.ts'
import type { LogsSearch, SetLogsSearch } from './address.ts'
import { curlOf } from './commands.ts'
import { exportLines, type ExportFormat } from './queries.ts'
import type { ShownLines } from './useLines.ts'
import { Views } from './Views.tsx'

interface LogsActionsProps {
  search: LogsSearch
  setSearch: SetLogsSearch
  shown: ShownLines
  onCopyLink: () => void
  onToggleLive: () => void
}

const formats: { format: ExportFormat; label: string }[] = [
  { format: 'ndjson', label: 'NDJSON, one line an object' },
  { format: 'csv', label: 'CSV for spreadsheets' },
  { format: 'txt', label: 'Text as it was sent' },
]

/** What can be done with what is shown; following it is the main thing. */
export function LogsActions({
  search,
  setSearch,
  shown: { asked, isLive },
  onCopyLink,
  onToggleLive,
}: LogsActionsProps) {
  const save = (format: ExportFormat) => (): void => void exportLines(asked, format).catch(toastError)
  const copyCurl = (): void => void copyText(curlOf(asked)).then(() => toastDone('Command copied'))
  const [isAdding, setAdding] = useState(false)
  const can = useCan()
  const mayAdd = can('dashboards:write')
  const mayAlert = can('alerts:write')
  const addable = { label: 'Add to a dashboard', icon: LayoutGrid }
  const add = (): void => setAdding(true)
  usePaletteActions([
    ...(mayAdd.ok ? [{ ...addable, run: add }] : []),
    { label: isLive ? 'Stop following logs' : 'Follow logs live', icon: Radio, run: onToggleLive },
    ...formats.map(({ format, label }) => ({ label: `Export logs as ${label}`, icon: Download, run: save(format) })),
    { label: 'Copy this search as curl', icon: Terminal, run: copyCurl },
  ])
  return (
    <>
      <Views search={search} onChange={setSearch} />
      <Menu
        items={[
          { label: 'Copy a link', icon: Link2, keys: 'y', onSelect: onCopyLink },
          { label: 'Copy as curl', icon: Terminal, onSelect: copyCurl },
          { ...addable, onSelect: add, disabledReason: mayAdd.ok ? undefined : mayAdd.reason },
          {
            label: 'Create an alert',
            icon: BellPlus,
            ...(mayAlert.ok
              ? { to: pb.alertRuleNew({ kind: 'logs', query: search.q }) }
              : { disabledReason: mayAlert.reason }),
          },
          'separator',
          { heading: 'Export everything that matches' },
          ...formats.map(({ format, label }) => ({ label, icon: Download, onSelect: save(format) })),
        ]}
        trigger={
          <Button icon={Share2}>
            Share
            <ChevronDown size={12} aria-hidden="true" className="text-faint" />
          </Button>
        }
      />
      <Button variant={isLive ? 'secondary' : 'primary'} icon={Radio} aria-pressed={isLive} onClick={onToggleLive}>
        <span className={cx(isLive && 'text-ok')}>Live</span>
      </Button>
      <AddToDashboard
        open={isAdding}
        onClose={() => setAdding(false)}
        panel={newPanel('logs', { title: search.q, queries: [{ expr: search.q, legend: '' }] })}
      />
    </>
  )
}

interface ViewTogglesProps {
  search: LogsSearch
  setSearch: SetLogsSearch
  hasFacets: boolean
  onFacets: (shown: boolean) => void
}

/** How the lines are laid out: columns, wrapping, what stands beside them. */
export const ViewToggles = ({ search: { cols, wrap, collapse }, setSearch, hasFacets, onFacets }: ViewTogglesProps) => (
  <span className="flex min-h-8 flex-wrap items-center gap-1">
    {cols.map((name) => (
      <Button
        key={name}
        size="sm"
        aria-label={`Remove the column ${name}`}
        onClick={() => setSearch({ cols: cols.filter((other) => other !== name) }, { replace: true })}
      >
        <span className="max-w-32 truncate">{name}</span>
        <X size={12} aria-hidden="true" className="text-faint" />
      </Button>
    ))}
    <IconButton
      icon={PanelLeft}
      label={hasFacets ? 'Hide what it can be narrowed to' : 'Narrow down'}
      aria-pressed={hasFacets}
      onClick={() => onFacets(!hasFacets)}
      className="aria-pressed:text-link"
    />
    <IconButton
      icon={ListCollapse}
      label="Collapse repeats (u)"
      aria-pressed={collapse}
      onClick={() => setSearch({ collapse: !collapse }, { replace: true })}
      className="aria-pressed:text-link"
    />
    <IconButton
      icon={WrapText}
      label="Wrap lines (w)"
      aria-pressed={wrap}
      onClick={() => setSearch({ wrap: !wrap }, { replace: true })}
      className="aria-pressed:text-link"
    />
  </span>
)

import { useQuery } from '@tanstack/react-query'
import {
  BellPlus,
  ChevronDown,
  Columns2,
  Download,
  LayoutGrid,
  Link2,
  Play,
  ScrollText,
  Share2,
  SquareFunction,
  Terminal,
} from 'lucide-react'
import { useState } from 'react'
import { canWith, useCan, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { copyLink } from '#console/shortLinks.ts'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { Button } from '#console/ui/Button.tsx'
import { copyText } from '#console/ui/clipboard.ts'
import { Menu } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { AddToDashboard } from '#features/dashboards/console/index.ts'
import type { ExploreSearch } from './address.ts'
import { curlOf, linkTo, logsAddress } from './commands.ts'
import { csvOfLines, csvOfRows } from './csv.ts'
import { commonLabels, linesOf, seriesRows } from './lines.ts'
import { logLabelsQuery } from '#console/promql/names.ts'
import { panelOf } from './panel.ts'
import { saveFile } from './saveFile.ts'
import type { Found, Results } from './useResults.ts'

interface ExploreActionsProps {
  search: ExploreSearch
  results: Results
  onRun: () => void
  onSplit: () => void
}

/** What can be done with what is shown; running it is the main thing. */
export function ExploreActions({ search, results: { found, isFetching }, onRun, onSplit }: ExploreActionsProps) {
  const logs = useLogsLink(found, search)
  const [isAdding, setAdding] = useState(false)
  const can = useCan()
  const mayAdd = can('dashboards:write')
  const mayAlert = can('alerts:write')
  const nothing = found ? undefined : 'Run a query first'
  const copy = (text: (found: Found) => string, what: string) => (): void =>
    found && void copyText(text(found)).then(() => toastDone(`${what} copied`), toastError)
  const save = (): void => found && saveFile(`metrics-${new Date(found.at).toISOString()}.csv`, csvOf(found))
  const split = { label: search.split ? 'One pane' : 'Split into two panes', icon: Columns2 }
  const entries = [
    {
      label: 'Copy a link',
      icon: Link2,
      keys: 'y',
      onSelect: () => found && void copyLink(linkTo(found)).catch(toastError),
    },
    { label: 'Copy PromQL', icon: SquareFunction, onSelect: copy(promqlOf, 'PromQL') },
    { label: 'Copy as curl', icon: Terminal, onSelect: copy(curlOf, 'Command') },
    { label: 'Save as CSV', icon: Download, onSelect: save },
  ]
  const addable = { label: 'Add to a dashboard', icon: LayoutGrid }
  const add = (): void => setAdding(true)
  usePaletteActions([
    { label: 'Run the queries', icon: Play, run: onRun },
    { ...split, run: onSplit },
    ...(mayAdd.ok && found ? [{ ...addable, run: add }] : []),
    ...entries.map(({ label, icon, onSelect }) => ({ label, icon, run: onSelect })),
  ])
  return (
    <>
      <Menu
        items={[
          {
            label: 'Logs for this',
            icon: ScrollText,
            ...('to' in logs ? { to: logs.to } : { disabledReason: logs.reason }),
          },
          { ...addable, onSelect: add, disabledReason: mayAdd.ok ? nothing : mayAdd.reason },
          {
            label: 'Create an alert',
            icon: BellPlus,
            ...(mayAlert.ok && found
              ? { to: pb.alertRuleNew({ kind: 'promql', query: answersOf(found)[0]?.expression ?? '' }) }
              : { disabledReason: mayAlert.reason ?? nothing ?? '' }),
          },
          'separator',
          ...entries.map((entry) => ({ ...entry, disabledReason: nothing })),
        ]}
        trigger={
          <Button icon={Share2}>
            Share
            <ChevronDown size={12} aria-hidden="true" className="text-faint" />
          </Button>
        }
      />
      <Button icon={Columns2} aria-pressed={search.split !== undefined} onClick={onSplit}>
        {search.split ? 'One pane' : 'Split'}
      </Button>
      <Button variant="primary" icon={Play} busy={isFetching} onClick={onRun}>
        Run
      </Button>
      {found && <AddToDashboard open={isAdding} onClose={() => setAdding(false)} panel={panelOf(search, found)} />}
    </>
  )
}

const answersOf = ({ answers }: Found) => [...answers.q, ...answers.r]

const promqlOf = (found: Found): string =>
  answersOf(found)
    .map(({ expression }) => expression)
    .join('\n')

const csvOf = (found: Found): string =>
  found.mode === 'instant' ? csvOfRows(seriesRows(answersOf(found))) : csvOfLines(linesOf(answersOf(found)))

/** Of the labels that all series share, those that log lines have too. */
function useLogsLink(found: Found | undefined, { from, to }: ExploreSearch): { to: string } | { reason: string } {
  const allowed = canWith(useMe().permissions)('logs:read')
  const { data: names } = useQuery({ ...logLabelsQuery, enabled: allowed.ok, retry: false })
  if (!allowed.ok) return { reason: allowed.reason }
  const series = found
    ? answersOf(found).flatMap(({ result }) =>
        result.type === 'error' ? [] : result.series.map(({ metric }) => metric),
      )
    : []
  const shared = Object.entries(commonLabels(series)).filter(([name]) => names?.includes(name))
  return { to: logsAddress(Object.fromEntries(shared), { from, to }) }
}

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronDown, Copy, Download, FileInput, History, Lock, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call, urlOf } from '#console/client.ts'
import { formatDuration, formatNumber } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { maybeOneOf, text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Menu, type MenuItem } from '#console/ui/Menu.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Switch } from '#console/ui/Switch.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import { AlertsFrame } from './AlertsFrame.tsx'
import { CreateLink } from './CreateLink.tsx'
import { refreshAlerts, rulesQuery, severities, type Rule, type Rules } from './queries.ts'
import { spanText } from '#console/spanText.ts'
import { kinds, kindWords, ruleStateLevel, ruleStateWords, severityLevel, severityWords } from './words.ts'

const states = ['firing', 'pending', 'error', 'no_data', 'ok', 'disabled'] as const
const searchParams = {
  q: text(),
  kind: maybeOneOf(kinds),
  severity: maybeOneOf(severities),
  state: maybeOneOf(states),
}

/** All rules, how they stand, and whether they are on. */
export default function RulesPage() {
  const [{ q, kind, severity, state }, setSearch] = useSearch(searchParams)
  const navigate = useNavigate()
  const can = useCan()
  const rules = useQuery(rulesQuery)
  const [deleting, setDeleting] = useState<Rule>()
  const mayWrite = can('alerts:write').reason
  const shown = rules.data?.rules.filter(
    (rule) =>
      (kind === undefined || rule.condition?.type === kind) &&
      (severity === undefined || rule.severity === severity) &&
      (state === undefined || rule.state === state) &&
      `${rule.name} ${rule.expression}`.toLowerCase().includes(q.trim().toLowerCase()),
  )
  useShortcuts([
    {
      keys: 'n',
      label: 'New rule',
      group: 'Page',
      run: () => {
        if (mayWrite === undefined) void navigate({ to: pb.alertRuleNew() })
      },
    },
  ])
  return (
    <AlertsFrame
      title="Alert rules"
      lead={
        rules.data ? (
          <>
            {rules.data.total} rules, last evaluated <TimeAgo at={rules.data.evaluated_at} />
          </>
        ) : (
          '\u00a0'
        )
      }
      actions={
        <>
          <YamlMenu />
          <CreateLink to={pb.alertRuleNew()} icon={Plus}>
            New rule
          </CreateLink>
        </>
      }
    >
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next }, { replace: true })}
        placeholder="Name or expression"
        filters={[
          {
            key: 'kind',
            label: 'Type',
            single: true,
            options: kinds.map((value) => ({ value, label: kindWords[value] })),
            value: kind ? [kind] : [],
            onChange: ([next]) => setSearch({ kind: kinds.find((known) => known === next) }),
          },
          {
            key: 'severity',
            label: 'Severity',
            single: true,
            options: severities.map((value) => ({ value, label: severityWords[value] })),
            value: severity ? [severity] : [],
            onChange: ([next]) => setSearch({ severity: severities.find((known) => known === next) }),
          },
          {
            key: 'state',
            label: 'State',
            single: true,
            options: states.map((value) => ({ value, label: ruleStateWords[value] })),
            value: state ? [state] : [],
            onChange: ([next]) => setSearch({ state: states.find((known) => known === next) }),
          },
        ]}
      />
      <Card padding="flush">
        <Table
          label="Alert rules"
          columns={columnsFor(mayWrite)}
          rows={shown}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: pb.alertRule(id) })}
          actions={(rule) => itemsFor(rule, mayWrite, setDeleting)}
          error={rules.error}
          onRetry={() => void rules.refetch()}
          empty={
            rules.data?.total === 0 ? (
              <EmptyState kind="none" title="No rules yet">
                A rule says what is looked at, and from when on that is an alert.
              </EmptyState>
            ) : (
              <EmptyState
                kind="filtered"
                title="No rule matches"
                action={
                  <Button onClick={() => setSearch({ q: '', kind: undefined, severity: undefined, state: undefined })}>
                    Show all
                  </Button>
                }
              />
            )
          }
        />
      </Card>
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete rule"
        confirm="Delete rule"
        onConfirm={async () => {
          await call('DELETE /alerts/{rule_id}', { params: { rule_id: deleting!.id } })
          await refreshAlerts()
          toastDone(`${deleting!.name} was deleted`)
        }}
      >
        <span dir="auto">{deleting?.name}</span> is looked at no more, and its open alerts are resolved. What fired
        before stays in the history.
      </ConfirmDialog>
    </AlertsFrame>
  )
}

const builtinReason = 'This rule comes with Miktos; switch it off instead'

const itemsFor = (rule: Rule, mayWrite: string | undefined, onDelete: (rule: Rule) => void): MenuItem[] => [
  { label: mayWrite ? 'Show' : 'Edit', icon: Pencil, to: pb.alertRule(rule.id) },
  {
    label: 'Duplicate',
    icon: Copy,
    to: `${pb.alertRuleNew()}?like=${encodeURIComponent(rule.id)}`,
    disabledReason: mayWrite,
  },
  { label: 'What it found before', icon: History, to: `${pb.alerts('history')}?rule=${encodeURIComponent(rule.id)}` },
  'separator',
  {
    label: 'Delete',
    icon: Trash2,
    danger: true,
    onSelect: () => onDelete(rule),
    disabledReason: mayWrite ?? (rule.builtin ? builtinReason : undefined),
  },
]

const columnsFor = (mayWrite: string | undefined): Column<Rule>[] => [
  {
    key: 'name',
    header: 'Rule',
    primary: true,
    width: '36%',
    cell: (rule) => <RuleName rule={rule} />,
  },
  { key: 'kind', header: 'Type', from: 'lg', cell: ({ condition }) => (condition ? kindWords[condition.type] : '–') },
  {
    key: 'severity',
    header: 'Severity',
    cell: ({ severity }) => (
      <Status level={severityLevel[severity]} quiet>
        {severityWords[severity]}
      </Status>
    ),
  },
  { key: 'state', header: 'State', cell: (rule) => <RuleState rule={rule} /> },
  { key: 'for', header: 'For', align: 'end', from: 'lg', cell: ({ for_seconds }) => spanText(for_seconds) },
  { key: 'fired', header: 'Fired in 24 h', align: 'end', from: 'xl', cell: ({ fired_24h }) => formatNumber(fired_24h) },
  {
    key: 'evaluated',
    header: 'Evaluated',
    from: 'lg',
    cell: ({ evaluated_at }) => <TimeAgo at={evaluated_at} never="–" />,
  },
  {
    key: 'took',
    header: 'Took',
    align: 'end',
    from: 'xl',
    cell: ({ evaluation_ms }) => (
      <span className="whitespace-nowrap">{evaluation_ms === null ? '–' : formatDuration(evaluation_ms)}</span>
    ),
  },
  { key: 'enabled', header: 'On', cell: (rule) => <EnabledSwitch rule={rule} disabledReason={mayWrite} /> },
]

const RuleName = ({ rule: { id, name, expression, builtin } }: { rule: Rule }) => (
  <span className="flex min-w-0 flex-col py-1">
    <span className="flex min-w-0 items-center gap-1.5">
      <Link to={pb.alertRule(id)} dir="auto" className="min-w-0 break-words hover:underline">
        {name}
      </Link>
      {builtin && (
        <Tooltip text="Comes with Miktos: thresholds, times and texts can be changed, what it looks at cannot">
          <span tabIndex={0} role="img" aria-label="Comes with Miktos" className="rounded-sm text-faint">
            <Lock size={12} aria-hidden="true" />
          </span>
        </Tooltip>
      )}
    </span>
    <code className="line-clamp-1 font-mono text-xs font-normal break-all text-muted" title={expression}>
      {expression}
    </code>
  </span>
)

const RuleState = ({ rule }: { rule: Rule }) => (
  <span className="flex min-w-0 flex-col">
    <Status level={ruleStateLevel(rule)}>
      {ruleStateWords[rule.state]}
      {rule.firing > 1 && ` ×${rule.firing}`}
    </Status>
    {rule.error && <span className="line-clamp-2 text-sm break-words text-error">{rule.error}</span>}
  </span>
)

const EnabledSwitch = ({ rule, disabledReason }: { rule: Rule; disabledReason: string | undefined }) => (
  <Switch
    label={<span className="sr-only">{rule.name} is on</span>}
    checked={rule.enabled}
    onChange={(enabled) => void setEnabled(rule, enabled)}
    disabledReason={disabledReason}
  />
)

/** Shown at once, and taken back where the server says no. */
async function setEnabled({ id, name, version }: Rule, enabled: boolean): Promise<void> {
  queryClient.setQueryData(
    rulesQuery.queryKey,
    (before: Rules | undefined) =>
      before && { ...before, rules: before.rules.map((rule) => (rule.id === id ? { ...rule, enabled } : rule)) },
  )
  try {
    await call('PUT /alerts/{rule_id}', { params: { rule_id: id }, body: { enabled, version } })
    toastDone(enabled ? `${name} is on` : `${name} is off; its open alerts are resolved`)
  } catch (error) {
    toastError(error)
  }
  await refreshAlerts()
}

function YamlMenu() {
  const { reason } = useCan()('alerts:write')
  const download = (): void => location.assign(urlOf('GET /alerts/export'))
  return (
    <Menu
      items={[
        { label: 'Export all as YAML', icon: Download, onSelect: download },
        { label: 'Import YAML', icon: FileInput, to: pb.alertRulesImport(), disabledReason: reason },
      ]}
      trigger={
        <Button>
          YAML
          <ChevronDown size={12} aria-hidden="true" className="text-faint" />
        </Button>
      }
    />
  )
}

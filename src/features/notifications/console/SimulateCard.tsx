import { useQuery } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { call } from '#console/client.ts'
import { formatSpan, formatTime } from '#console/format.ts'
import { maybeOneOf, text, useSearch } from '#console/search.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { SelectField, TextareaField } from '#console/ui/Field.tsx'
import { Form, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Status } from '#console/ui/Status.tsx'
import { matcherFrom, severities, severityWords } from '#features/alerts/console/index.ts'
import type { Simulation } from './queries.ts'

/** `labels` one `name=value` a line, as they are asked about. */
const searchParams = { labels: text(), severity: maybeOneOf(severities) }

/** Who would be told when, if an alert with these labels fired now. */
export function SimulateCard() {
  const [{ labels, severity }, setSearch] = useSearch(searchParams)
  const simulation = useQuery({
    queryKey: ['routing', 'simulated', labels, severity],
    queryFn: ({ signal }) =>
      call('POST /notifications/policies/simulate', {
        body: { labels: labelsFrom(labels), severity: severity ?? 'warning' },
        signal,
      }),
    enabled: severity !== undefined,
    retry: false,
  })
  const run = async (values: FormValues): Promise<void> => {
    const asked = values.text('labels')
    labelsFrom(asked)
    setSearch({ labels: asked, severity: severities.find((known) => known === values.text('severity')) })
    await simulation.refetch()
  }
  return (
    <Card title="Try it">
      <Form onSubmit={run} className="flex flex-col gap-3">
        <TextareaField
          key={labels}
          name="labels"
          label="Labels of an alert"
          hint="One a line: alertname=Disk almost full"
          rows={4}
          spellCheck={false}
          defaultValue={labels || 'alertname=Disk almost full'}
          className="font-mono text-sm"
        />
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <SelectField
              key={severity}
              name="severity"
              label="Severity"
              options={severities.map((value) => ({ value, label: severityWords[value] }))}
              defaultValue={severity ?? 'warning'}
            />
          </div>
          <Submit variant="secondary" icon={Play} className="!h-8 max-md:!h-10">
            Who is told?
          </Submit>
        </div>
      </Form>
      <div role="status" className="mt-3">
        {simulation.error && <ErrorPanel error={simulation.error} />}
        {simulation.data && <Told simulation={simulation.data} />}
      </div>
    </Card>
  )
}

/** @throws Error that names the line which is no label */
function labelsFrom(written: string): Record<string, string> {
  const lines = written.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const matcher = matcherFrom(line)
      if (matcher?.op !== '=') throw new Error(`"${line.trim()}" is no label; write name=value`)
      return [matcher.name, matcher.value]
    }),
  )
}

const Told = ({ simulation: { silenced_by, inhibited_by, paths } }: { simulation: Simulation }) => (
  <div className="flex flex-col gap-3">
    {silenced_by.length > 0 && <Status level="warn">A silence keeps it from being told</Status>}
    {inhibited_by.length > 0 && <Status level="warn">Another alert that fires keeps it from being told</Status>}
    {paths.length === 0 && <p>Nobody would be told.</p>}
    {paths.map((path) => (
      <Path key={`${path.route} ${path.policy_id}`} path={path} />
    ))}
  </div>
)

function Path({ path: { route, policy_name, steps } }: { path: Simulation['paths'][number] }) {
  const begins = steps[0] ? Date.parse(steps[0].at) : 0
  return (
    <section aria-label={`Path ${route}`} className="rounded-md border border-border p-2.5">
      <p className="text-sm text-muted">
        By the route <code className="font-mono break-all">{route}</code>
        {policy_name && <> and the policy {policy_name}</>}
      </p>
      {steps.length === 0 && <p className="mt-1">nobody is told.</p>}
      <ol className="mt-1 flex flex-col gap-1">
        {steps.map(({ at, step, round, held, channels }) => (
          <li key={`${round} ${step}`} className="flex flex-wrap items-baseline gap-x-2">
            <time dateTime={at} title={formatTime(at)} className="w-20 text-sm text-muted tabular-nums">
              {Date.parse(at) === begins ? 'at first' : `after ${formatSpan(Date.parse(at) - begins)}`}
            </time>
            <span className="min-w-0 flex-1 break-words">
              {channels.map(({ name, enabled }) => (enabled ? name : `${name} (off)`)).join(', ') || 'nobody'}
            </span>
            {round > 1 && <Badge>again</Badge>}
            {held && <Badge tone="warn">held back until {formatTime(at)}</Badge>}
          </li>
        ))}
      </ol>
    </section>
  )
}

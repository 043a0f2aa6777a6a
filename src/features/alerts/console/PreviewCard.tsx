import { useQuery } from '@tanstack/react-query'
import { hourMs } from '#kernel/time.ts'
import { formatSpan, formatTime, plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import type { Span } from '#console/timeRange.ts'
import { Card } from '#console/ui/Card.tsx'
import { cx } from '#console/ui/cx.ts'
import { Segments } from '#console/ui/Segments.tsx'
import { Status } from '#console/ui/Status.tsx'
import { useNow } from '#console/ui/Time.tsx'
import { ComparedGraph } from './ComparedGraph.tsx'
import { ExpressionGraph } from './ExpressionGraph.tsx'
import { figuresQuery, type Condition } from './queries.ts'
import { limitOf, type RuleDraft } from './ruleDraft.ts'
import { useFigureUnit } from './useFigureUnit.ts'
import type { Preview, usePreview } from './usePreview.ts'
import { severityLevel } from './words.ts'

interface PreviewCardProps {
  draft: RuleDraft
  preview: ReturnType<typeof usePreview>
  hours: PreviewHours
  onHours: (hours: PreviewHours) => void
  /** Absent where it may not be changed. */
  onThreshold: ((value: number) => void) | undefined
}

export const previewHours = ['6', '24', '168'] as const
export type PreviewHours = (typeof previewHours)[number]

const hourWords: Record<PreviewHours, string> = { '6': '6 h', '24': '24 h', '168': '7 d' }

/** The rule over the last hours: what it looks at, and when it would have fired. */
export function PreviewCard({ draft, preview, hours, onHours, onThreshold }: PreviewCardProps) {
  const toMs = useNow()
  const span = { fromMs: toMs - Number(hours) * hourMs, toMs }
  const level = severityLevel[draft.severity]
  const expr = useGraphed(draft.condition)
  const unit = useFigureUnit(draft.condition)
  const mayGraph = useCan()('metrics:read').ok
  const fired = (preview.data?.spans ?? []).map(({ from, to }) => ({
    fromMs: Date.parse(from),
    toMs: to === null ? null : Date.parse(to),
  }))
  return (
    <Card
      title="Looking back"
      aside={
        <Segments
          label="Hours looked back"
          value={hours}
          options={previewHours.map((value) => ({ value, label: hourWords[value] }))}
          onChange={onHours}
        />
      }
    >
      <div role="status" className={cx('mb-3 min-h-10', preview.isPlaceholderData && 'opacity-60')}>
        <Verdict preview={preview} hours={hours} />
      </div>
      {preview.data && preview.data.fired !== null && <SpanStrip preview={preview.data} span={span} />}
      {preview.data?.drawn && (
        <ComparedGraph
          drawn={preview.data.drawn}
          span={span}
          threshold={limitOf(draft.condition)}
          onThreshold={onThreshold}
          level={level}
          fired={fired}
        />
      )}
      {expr !== undefined && mayGraph && (
        <ExpressionGraph
          label="What the rule looks at"
          expr={expr}
          span={span}
          unit={unit}
          threshold={limitOf(draft.condition)}
          onThreshold={onThreshold}
          level={level}
          fired={fired}
        />
      )}
    </Card>
  )
}

function Verdict({
  preview: { data, error, isWhole, isAllowed },
  hours,
}: {
  preview: ReturnType<typeof usePreview>
  hours: PreviewHours
}) {
  if (!isAllowed) return <p className="text-muted">Who may change rules sees here how often it would have fired.</p>
  if (!isWhole)
    return <p className="text-muted">Write what is looked at, and you see here how often it would have fired.</p>
  if (error) return <p className="break-words text-error">{error.message}</p>
  if (!data) return <p className="text-muted">Looking back …</p>
  if (data.fired === null) return <p className="font-medium">{data.note}.</p>
  return (
    <>
      <p className="text-lg font-semibold">
        {data.fired === 0 ? 'Would not have fired' : `Would have fired ${plural(data.fired, 'time')}`} in{' '}
        {hourWords[hours]}
      </p>
      <p className="text-sm text-muted">
        {plural(data.series, 'series', 'series')}, looked at every {formatSpan(data.step_seconds * 1_000)}
        {data.since && `. Recorded only since ${formatTime(data.since)}`}
        {data.note && `. ${data.note}`}
      </p>
    </>
  )
}

/** Times at which it would have fired, on a line from then until now. */
const SpanStrip = ({ preview: { spans }, span: { fromMs, toMs } }: { preview: Preview; span: Span }) => {
  const share = (at: number): number => Math.min(100, Math.max(0, ((at - fromMs) / (toMs - fromMs)) * 100))
  return (
    <div className="mb-3">
      <div aria-hidden="true" className="relative h-2.5 overflow-hidden rounded-sm bg-hover">
        {spans.map(({ from, to }, index) => {
          const left = share(Date.parse(from))
          return (
            <span
              // Several can begin at the same moment.
              // oxlint-disable-next-line react/no-array-index-key
              key={index}
              className="absolute inset-y-0 min-w-0.5 bg-error"
              style={{ left: `${left}%`, width: `${share(to === null ? toMs : Date.parse(to)) - left}%` }}
            />
          )
        })}
      </div>
      {spans.length > 0 && (
        <details className="mt-1 text-sm">
          <summary className="text-muted">The times</summary>
          <ul className="mt-1 max-h-40 overflow-y-auto" tabIndex={0} aria-label="Times">
            {spans.map(({ from, to, labels }, index) => (
              // As above.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index} className="break-words">
                {formatTime(from)}
                {to === null ? (
                  <Status level="error"> until now</Status>
                ) : (
                  `, for ${formatSpan(Date.parse(to) - Date.parse(from))}`
                )}{' '}
                <span className="font-mono text-xs text-muted">
                  {Object.entries(labels)
                    .map(([name, value]) => `${name}=${value}`)
                    .join(' ')}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

/** PromQL of what the condition looks at; undefined where it is no metric. */
function useGraphed(condition: Condition): string | undefined {
  const { data } = useQuery(figuresQuery)
  if (condition.type === 'promql') return condition.expr.trim() || undefined
  if (condition.type === 'heartbeat' && condition.source === 'metric') return condition.query.trim() || undefined
  if (condition.type !== 'threshold' || !data) return undefined
  const figure = data.metrics.find(({ metric }) => metric === condition.metric)
  return figure?.expr ?? (/^[a-zA-Z_:][\w:]*$/.test(condition.metric) ? condition.metric : undefined)
}

import type { Span } from '#console/timeRange.ts'
import type { StatusLevel } from '#console/ui/Status.tsx'
import { TimeSeries } from '#console/ui/TimeSeries.tsx'
import type { Preview } from './usePreview.ts'
import { valueText } from './words.ts'

interface ComparedGraphProps {
  drawn: NonNullable<Preview['drawn']>
  span: Span
  threshold: number | null
  /** With it the threshold can be dragged. */
  onThreshold: ((value: number) => void) | undefined
  level: StatusLevel
  /** When it would have fired, ms since 1970; null where it still would. */
  fired: readonly { fromMs: number; toMs: number | null }[]
}

const graphHeight = 200

/** What a rule over lines or events compared with its threshold. */
export const ComparedGraph = ({
  drawn: { times, lines },
  span: { fromMs, toMs },
  threshold,
  onThreshold,
  level,
  fired,
}: ComparedGraphProps) => (
  <TimeSeries
    label="What the rule counts"
    times={times}
    lines={lines.map(({ labels, values }) => {
      const label = Object.values(labels).join(' ') || 'in all'
      return { key: JSON.stringify(labels), label, values }
    })}
    unit="count"
    from={fromMs}
    to={toMs}
    height={graphHeight}
    legend="list"
    thresholds={threshold === null ? [] : [{ value: threshold, label: valueText(threshold), level }]}
    onThreshold={onThreshold}
    annotations={fired.map((one) => ({ at: one.fromMs, to: one.toMs ?? toMs, label: '', level }))}
  />
)

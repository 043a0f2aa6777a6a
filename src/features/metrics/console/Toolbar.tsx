import { endsNow, type Span, type TimeRange } from '#console/timeRange.ts'
import { Input, Select } from '#console/ui/Field.tsx'
import { RefreshPicker } from '#console/ui/RefreshPicker.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { TimeRangePicker } from '#console/ui/TimeRange.tsx'
import { units, type ExploreSearch, type SetExploreSearch } from './address.ts'
import { stepFor, stepOf, stepText } from './asked.ts'

interface ToolbarProps {
  search: ExploreSearch
  setSearch: SetExploreSearch
  span: Span
  onRange: (range: TimeRange) => void
}

const unitNames: Record<(typeof units)[number], string> = {
  count: 'Number',
  per_second: 'Per second',
  ms: 'Milliseconds',
  seconds: 'Seconds',
  bytes: 'Bytes',
  bytes_per_second: 'Bytes per second',
  percent: 'Percent, 0 to 100',
  ratio: 'Percent of 0 to 1',
}

/** Which time, how fine, in which unit, and how it is shown. */
export function Toolbar({ search, setSearch, span, onRange }: ToolbarProps) {
  const { from, to, mode, view, unit, fill, refresh } = search
  const isRange = mode === 'range'
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <TimeRangePicker range={{ from, to }} span={span} onChange={onRange} />
      <RefreshPicker
        refresh={refresh}
        onChange={(next) => setSearch({ refresh: next }, { replace: true })}
        disabledReason={endsNow(search) ? undefined : 'The range does not end now'}
      />
      <Segments
        label="Over a range or at one moment"
        value={mode}
        onChange={(next) => setSearch({ mode: next })}
        options={[
          { value: 'range', label: 'Range' },
          { value: 'instant', label: 'Instant' },
        ]}
      />
      {isRange && <StepField key={search.step} search={search} setSearch={setSearch} span={span} />}
      <div className="w-40 max-md:w-auto max-md:min-w-28 max-md:flex-1">
        <Select
          aria-label="Unit"
          value={unit ?? ''}
          onChange={({ target }) => setSearch({ unit: units.find((each) => each === target.value) })}
          options={[{ value: '', label: 'Unit: auto' }, ...units.map((value) => ({ value, label: unitNames[value] }))]}
        />
      </div>
      <span className="flex flex-wrap items-center gap-2 md:ml-auto">
        {isRange && view === 'graph' && (
          <Segments
            label="Lines"
            value={fill ?? 'lines'}
            onChange={(next) => setSearch({ fill: next === 'lines' ? undefined : next })}
            options={[
              { value: 'lines', label: 'Lines' },
              { value: 'area', label: 'Filled' },
              { value: 'stacked', label: 'Stacked' },
            ]}
          />
        )}
        <Segments
          label="View"
          value={!isRange && view === 'graph' ? 'table' : view}
          onChange={(next) => setSearch({ view: next })}
          options={[
            ...(isRange ? [{ value: 'graph' as const, label: 'Graph' }] : []),
            { value: 'table', label: 'Table' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </span>
    </div>
  )
}

/** Between two points; empty is as fine as the range can show. */
function StepField({ search, setSearch, span }: Omit<ToolbarProps, 'onRange'>) {
  const commit = (text: string): void => {
    const ms = stepOf(text)
    const step = ms === undefined ? '' : stepText(ms)
    if (step !== search.step) setSearch({ step })
  }
  return (
    <span className="flex items-center gap-1.5 text-sm text-muted">
      <span aria-hidden="true">Step</span>
      <Input
        aria-label="Step"
        defaultValue={search.step}
        placeholder={stepText(stepFor(span))}
        autoComplete="off"
        onBlur={({ target }) => commit(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && commit(currentTarget.value)}
        className="!w-16 font-mono max-md:!w-12"
      />
    </span>
  )
}

import { ChevronDown, Clock } from 'lucide-react'
import { useState } from 'react'
import { usePreferences } from '../preferences.ts'
import { text, useSearch } from '../search.ts'
import { useShownTimeZone, zoneParam } from '../timeZone.ts'
import { zoneOf } from '../zoneOf.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { TextField } from './Field.tsx'
import { Form, FormActions, Submit } from './Form.tsx'
import { Menu } from './Menu.tsx'
import { rangeLabel } from './rangeLabel.ts'
import { absolute, endsNow, momentOf, presets, shifted, zoomedOut, type Span, type TimeRange } from '../timeRange.ts'

interface TimeRangePickerProps {
  range: TimeRange
  span: Span
  onChange: (range: TimeRange) => void
}

/** Which time is looked at. */
export function TimeRangePicker({ range, span, onChange }: TimeRangePickerProps) {
  const zone = useShownTimeZone()
  const { timeZone: preferred } = usePreferences()
  const [, setSearch] = useSearch({ [zoneParam]: text() })
  const [isOpen, setOpen] = useState(false)
  const shift = (direction: -1 | 1): void => onChange(absolute(shifted(span, direction, Date.now())))
  return (
    <>
      <Menu
        items={[
          ...presets.map(({ label, from }) => ({
            label,
            checked: endsNow(range) && range.from === from,
            onSelect: () => onChange({ from, to: 'now' }),
          })),
          'separator',
          { label: 'From … to …', onSelect: () => setOpen(true) },
          'separator',
          ...zones.map(({ label, zone: shown, asked }) => ({
            label,
            checked: zone === shown,
            onSelect: () => setSearch({ [zoneParam]: zoneOf(undefined, preferred) === shown ? '' : asked }),
          })),
          ...(zone === undefined || zone === 'UTC'
            ? []
            : [{ label: `Times of ${zone}`, checked: true, onSelect: () => undefined }]),
          'separator',
          { label: 'Earlier', keys: 't ArrowLeft', onSelect: () => shift(-1) },
          { label: 'Later', keys: 't ArrowRight', onSelect: () => shift(1) },
          {
            label: 'Zoom out',
            keys: 't z',
            onSelect: () => onChange(absolute(zoomedOut(span, Date.now()))),
          },
        ]}
        trigger={
          <Button icon={Clock} className="!h-8 max-md:!h-10">
            <span className="sr-only">Time:</span>
            {rangeLabel(range, span)}
            {zone && <span className="text-faint">{zone}</span>}
            <ChevronDown size={12} aria-hidden="true" className="text-faint" />
          </Button>
        }
      />
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title="Time range"
        lead="Times as 2026-11-22T10:30:00Z, as milliseconds since 1970, or counted back from now: now-90m, now-2d."
        size="sm"
      >
        <Form
          onSubmit={async (values) => {
            const chosen = { from: values.text('from').trim(), to: values.text('to').trim() }
            const problem = problemOf(chosen, Date.now())
            if (problem) throw new Error(problem)
            onChange(chosen)
            setOpen(false)
          }}
        >
          <TextField name="from" label="From" defaultValue={range.from} autoComplete="off" className="font-mono" />
          <TextField name="to" label="To" defaultValue={range.to} autoComplete="off" className="font-mono" />
          <FormActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Submit>Show</Submit>
          </FormActions>
        </Form>
      </Dialog>
    </>
  )
}

const zones = [
  { label: 'Local time', zone: undefined, asked: 'browser' },
  { label: 'UTC', zone: 'UTC', asked: 'utc' },
]

function problemOf({ from, to }: TimeRange, nowMs: number): string | undefined {
  const fromMs = momentOf(from, nowMs)
  const toMs = momentOf(to, nowMs)
  if (fromMs === undefined) return `"${from}" is not a time`
  if (toMs === undefined) return `"${to}" is not a time`
  return fromMs < toMs ? undefined : 'The range ends before it begins'
}

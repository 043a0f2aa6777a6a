import { Checkbox } from '#console/ui/Checkbox.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { weekdays, weekdayShort } from './policyWords.ts'
import type { TimeWindow } from './queries.ts'

export const newWindow = (): TimeWindow => ({
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  weekdays: [...weekdays],
  from: '22:00',
  to: '07:00',
})

interface WindowFieldsProps {
  window: TimeWindow
  /** Its place in the body, `quiet_hours.0.window`. */
  field: string
  onChange: (window: TimeWindow) => void
}

/** A span of some days of the week. */
export const WindowFields = ({ window, field, onChange }: WindowFieldsProps) => (
  <div className="flex flex-col gap-2">
    <div className="grid grid-cols-[84px_84px_minmax(0,1fr)] gap-2">
      <TextField
        name={`${field}.from`}
        label="From"
        placeholder="22:00"
        value={window.from}
        onChange={({ target }) => onChange({ ...window, from: target.value })}
      />
      <TextField
        name={`${field}.to`}
        label="To"
        placeholder="07:00"
        value={window.to}
        onChange={({ target }) => onChange({ ...window, to: target.value })}
      />
      <TextField
        name={`${field}.time_zone`}
        label="Time zone"
        value={window.time_zone}
        spellCheck={false}
        onChange={({ target }) => onChange({ ...window, time_zone: target.value })}
      />
    </div>
    <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
      <legend className="sr-only">Days on which it begins</legend>
      {weekdays.map((day) => (
        <Checkbox
          key={day}
          label={weekdayShort(day)}
          checked={window.weekdays.includes(day)}
          onChange={({ target }) =>
            onChange({
              ...window,
              weekdays: weekdays.filter((one) => (one === day ? target.checked : window.weekdays.includes(one))),
            })
          }
        />
      ))}
    </fieldset>
  </div>
)

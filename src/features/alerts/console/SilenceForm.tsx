import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hourMs } from '#kernel/time.ts'
import { call } from '#console/client.ts'
import { formatTime, plural } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { SelectField, TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Status } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { MatcherFields } from './MatcherFields.tsx'
import { refreshAlerts, refreshSilences, type Matcher, type Silence } from './queries.ts'
import { matcherText } from './matchers.ts'
import { severityLevel } from './words.ts'

const lengths = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '1 week' },
  { value: 'until', label: 'until …' },
]

interface SilenceFormProps {
  matchers: Matcher[]
  /** The one that is changed; else a new one is made. */
  silence?: Silence
  hours?: number | 'until'
  onClose: () => void
}

/** Which alerts, until when, and why. */
export function SilenceForm({ matchers: given, silence, hours = 1, onClose }: SilenceFormProps) {
  const [matchers, setMatchers] = useState(given)
  const [endsAtMs] = useState(() => (silence ? Date.parse(silence.ends_at) : Date.now() + hourMs))
  const [length, setLength] = useState(silence ? 'until' : String(hours))
  const save = async (values: FormValues): Promise<void> => {
    const body = {
      matchers: matchers.filter(({ name }) => name.trim() !== ''),
      ...(silence && { starts_at: silence.starts_at }),
      ends_at: endOf(length, values.text('ends_at')),
      reason: values.text('reason'),
    }
    if (silence) await call('PUT /notifications/silences/{silence_id}', { params: { silence_id: silence.id }, body })
    else await call('POST /notifications/silences', { body })
    await Promise.all([refreshSilences(), refreshAlerts()])
    toastDone(`Silenced until ${formatTime(body.ends_at)}`)
    onClose()
  }
  return (
    <Form onSubmit={save}>
      <MatcherFields
        legend="Alerts that"
        hint="All conditions have to hold. They are still evaluated and shown, but nobody is told that they fire."
        matchers={matchers}
        onChange={setMatchers}
      />
      <MatchedNow matchers={matchers} />
      <SelectField
        name="length"
        label="For"
        options={lengths}
        value={length}
        onChange={({ target }) => setLength(target.value)}
      />
      {length === 'until' && (
        <TextField
          name="ends_at"
          label="Until"
          hint="Your local time"
          type="datetime-local"
          defaultValue={localText(endsAtMs)}
        />
      )}
      <TextareaField
        name="reason"
        label="Why"
        hint="Required: others will wonder."
        rows={2}
        maxLength={2_000}
        defaultValue={silence?.reason}
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>{silence ? 'Save' : 'Silence'}</Submit>
      </FormActions>
    </Form>
  )
}

function endOf(length: string, until: string): string {
  if (length !== 'until') return new Date(Date.now() + Number(length) * hourMs).toISOString()
  const at = new Date(until)
  if (Number.isNaN(at.getTime())) throw new Error('Say until when')
  return at.toISOString()
}

/** As the browser's own field for local times has it. */
function localText(atMs: number): string {
  const offsetMs = new Date(atMs).getTimezoneOffset() * 60_000
  return new Date(atMs - offsetMs).toISOString().slice(0, 16)
}

const shownMax = 5

/** What the conditions fit at present, so that a slip shows before it is saved. */
function MatchedNow({ matchers }: { matchers: readonly Matcher[] }) {
  const whole = matchers.filter(({ name }) => name.trim() !== '')
  const { data, error } = useQuery({
    queryKey: ['silences', 'preview', whole.map(matcherText)],
    queryFn: ({ signal }) => call('POST /notifications/silences/preview', { body: { matchers: whole }, signal }),
    enabled: whole.length > 0,
    retry: false,
    placeholderData: (before) => before,
  })
  if (whole.length === 0) return <p className="text-sm text-muted">Without a condition nothing is silenced.</p>
  if (error) return <p className="text-sm text-error">{error.message}</p>
  if (!data) return <p className="text-sm text-muted">Looking what fits …</p>
  return (
    <div className="text-sm text-muted">
      <p role="status">
        {data.total === 0
          ? 'No open alert fits now.'
          : `${plural(data.total, 'open alert')} ${data.total === 1 ? 'fits' : 'fit'} now:`}
      </p>
      <ul>
        {data.alerts.slice(0, shownMax).map(({ id, name, severity }) => (
          <li key={id} className="min-w-0 break-words">
            <Status level={severityLevel[severity]} quiet>
              {name}
            </Status>
          </li>
        ))}
      </ul>
    </div>
  )
}

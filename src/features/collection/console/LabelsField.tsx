import { ApiError } from '#console/errors.ts'
import { TextareaField } from '#console/ui/Field.tsx'
import { labelLines, labelsFrom } from './labelLines.ts'

interface LabelsFieldProps {
  labels: Readonly<Record<string, string>>
  hint: string
}

/** Read with `requireLabels`. */
export const LabelsField = ({ labels, hint }: LabelsFieldProps) => (
  <TextareaField
    name="labels"
    label="Labels (optional)"
    hint={`One a line, such as env=prod. ${hint}`}
    rows={3}
    spellCheck={false}
    autoComplete="off"
    defaultValue={labelLines(labels)}
    className="font-mono text-sm"
  />
)

/** @throws ApiError about the field, as the server would complain, that names the line that is no label */
export function requireLabels(text: string): Record<string, string> {
  const { labels, wrong } = labelsFrom(text)
  if (wrong === undefined) return labels
  const message = `${wrong}: write a name of letters, digits and "_", then "=" and a value`
  throw new ApiError(Response.json({}, { status: 400 }), {
    code: 'VALIDATION_FAILED',
    message,
    details: { fields: [{ field: 'labels', message }] },
  })
}

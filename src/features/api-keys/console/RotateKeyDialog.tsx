import { useState } from 'react'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { SelectField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { KeySecrets } from './KeySecrets.tsx'
import { refreshKeys, type ApiKey, type MadeApiKey } from './queries.ts'

const overlaps = [
  { value: '0', label: 'ends at once' },
  { value: '60', label: 'works for another hour' },
  { value: '1440', label: 'works for another day' },
  { value: '10080', label: 'works for another week' },
  { value: '43200', label: 'works for another 30 days' },
]

interface RotateKeyDialogProps {
  /** Undefined: closed. */
  apiKey: ApiKey | undefined
  onClose: () => void
}

export function RotateKeyDialog({ apiKey, onClose }: RotateKeyDialogProps) {
  const [made, setMade] = useState<MadeApiKey>()
  const close = (): void => {
    setMade(undefined)
    onClose()
  }
  const rotate = async (overlapMinutes: number): Promise<void> => {
    if (!apiKey) return
    setMade(
      await call('POST /me/api-keys/{id}/rotate', {
        params: { id: apiKey.id },
        body: { overlap_minutes: overlapMinutes },
      }),
    )
    await refreshKeys()
  }
  return (
    <Dialog
      open={apiKey !== undefined}
      onClose={close}
      title={`Rotate ${apiKey?.name ?? ''}`}
      lead={made ? undefined : 'You get a new key with the same name, rights and length of life.'}
      {...(made && {
        footer: (
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        ),
      })}
    >
      {made ? (
        <KeySecrets made={made} />
      ) : (
        <Form onSubmit={(values) => rotate(values.number('overlap_minutes') ?? 0)}>
          <SelectField
            name="overlap_minutes"
            label="The old key"
            options={overlaps}
            defaultValue="1440"
            hint="Time to put the new key wherever the old one is used."
          />
          <FormActions>
            <Button onClick={close}>Cancel</Button>
            <Submit>Rotate key</Submit>
          </FormActions>
        </Form>
      )}
    </Dialog>
  )
}

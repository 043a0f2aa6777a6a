import { useState } from 'react'
import { isPermission, type Permission } from '#kernel/permissions.ts'
import { call } from '#console/client.ts'
import { useMe } from '#console/me.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { KeySecrets } from './KeySecrets.tsx'
import { refreshKeys, type MadeApiKey } from './queries.ts'
import { ScopePicker } from './ScopePicker.tsx'

const lifetimes = [
  { value: '7', label: 'in 7 days' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
  { value: 'date', label: 'on a date…' },
  { value: '', label: 'never' },
]

const rights = [
  { value: 'all', label: 'Everything I may do, now and later' },
  { value: 'read', label: 'Reading only' },
  { value: 'chosen', label: 'Only what I choose' },
]

/** A sheet with the form for a key of one's own, and then with the key. */
export function CreateKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [made, setMade] = useState<MadeApiKey>()
  const close = (): void => {
    setMade(undefined)
    onClose()
  }
  return (
    <Sheet open={open} onClose={close} title={made ? `${made.name} is ready` : 'Create API key'}>
      {made ? (
        <div className="flex flex-col gap-4">
          <KeySecrets made={made} />
          <FormActions>
            <Button variant="primary" onClick={close}>
              Done
            </Button>
          </FormActions>
        </div>
      ) : (
        <CreateKeyForm onMade={setMade} onCancel={close} />
      )}
    </Sheet>
  )
}

function CreateKeyForm({ onMade, onCancel }: { onMade: (made: MadeApiKey) => void; onCancel: () => void }) {
  const held = useMe().permissions.filter(isPermission)
  const [lifetime, setLifetime] = useState('90')
  const [may, setMay] = useState('all')
  const create = async (values: FormValues): Promise<void> => {
    const scopes = scopesFrom(may, values, held)
    onMade(
      await call('POST /me/api-keys', {
        body: {
          name: values.text('name'),
          signing: values.checked('signing'),
          ...(scopes && { scopes }),
          ...expiryFrom(lifetime, values),
        },
      }),
    )
    await refreshKeys()
  }
  return (
    <Form onSubmit={create}>
      <TextField
        name="name"
        label="Name"
        hint="What uses it: nightly-report, laptop of Mara."
        autoComplete="off"
        maxLength={60}
      />
      <SelectField
        name="lifetime"
        label="Expires"
        options={lifetimes}
        value={lifetime}
        onChange={({ target }) => setLifetime(target.value)}
      />
      {lifetime === 'date' && <TextField name="expires_at" label="Date" type="date" />}
      <SelectField
        name="rights"
        label="May do"
        options={rights}
        value={may}
        onChange={({ target }) => setMay(target.value)}
        hint="Never more than you may yourself at that moment."
      />
      {may === 'chosen' && <ScopePicker held={held} />}
      <Checkbox
        name="signing"
        label="Make a signing secret too"
        hint="Sensitive requests with this key then have to be signed: whoever steals the key alone cannot do them."
      />
      <FormActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Submit>Create key</Submit>
      </FormActions>
    </Form>
  )
}

/** Undefined leaves the key all rights of its owner. */
function scopesFrom(may: string, values: FormValues, held: readonly Permission[]): string[] | undefined {
  if (may === 'all') return undefined
  const scopes = may === 'read' ? held.filter((permission) => permission.endsWith(':read')) : values.all('scopes')
  if (scopes.length === 0)
    throw new Error(may === 'read' ? 'There is nothing that you may read' : 'Choose at least one permission')
  return scopes
}

function expiryFrom(lifetime: string, values: FormValues): { expires_at?: string; expires_in_days?: number } {
  if (lifetime === '') return {}
  if (lifetime !== 'date') return { expires_in_days: Number(lifetime) }
  const date = values.maybe('expires_at')
  if (!date) throw new Error('Choose the date on which the key expires')
  // Until the end of that day where the reader is.
  return { expires_at: new Date(`${date}T23:59:59`).toISOString() }
}

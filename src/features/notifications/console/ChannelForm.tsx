import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { PasswordField, SelectField, TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import {
  channelFields,
  channelKinds,
  channelKindWords,
  configFrom,
  writtenIn,
  type ChannelField,
} from './channelFields.ts'
import type { Channel, ChannelKind } from './queries.ts'

export interface ChannelDraft {
  name: string
  kind: ChannelKind
  enabled: boolean
  config: Record<string, unknown>
}

interface ChannelFormProps {
  /** The one that is changed; its kind stays. */
  channel?: Channel
  submit: string
  onSave: (draft: ChannelDraft) => Promise<unknown>
  onClose: () => void
}

/** A channel with the fields of its kind. */
export function ChannelForm({ channel, submit, onSave, onClose }: ChannelFormProps) {
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'email')
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set())
  return (
    <Form
      onSubmit={(values) =>
        onSave({
          name: values.text('name'),
          kind,
          enabled: values.checked('enabled'),
          config: configFrom(kind, values, removed),
        })
      }
    >
      <TextField name="name" label="Name" maxLength={100} autoComplete="off" defaultValue={channel?.name} />
      {!channel && (
        <SelectField
          name="kind"
          label="Kind"
          options={channelKinds.map((value) => ({ value, label: channelKindWords[value] }))}
          value={kind}
          onChange={({ target }) => setKind(target.value as ChannelKind)}
        />
      )}
      {channelFields[kind].map((field) => (
        <ConfigField
          key={`${kind} ${field.name}`}
          field={field}
          channel={channel}
          isRemoved={removed.has(field.name)}
          onRemove={(isRemoved) => {
            const next = new Set(removed)
            if (isRemoved) next.add(field.name)
            else next.delete(field.name)
            setRemoved(next)
          }}
        />
      ))}
      <Checkbox name="enabled" label="Messages are sent by it" defaultChecked={channel?.enabled ?? true} />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>{submit}</Submit>
      </FormActions>
    </Form>
  )
}

interface ConfigFieldProps {
  field: ChannelField
  channel: Channel | undefined
  isRemoved: boolean
  onRemove: (isRemoved: boolean) => void
}

function ConfigField({ field, channel, isRemoved, onRemove }: ConfigFieldProps) {
  const { name, label, hint, type, options = [], start, optional = false } = field
  const written = channel ? writtenIn(channel, field) : (start ?? '')
  const common = { name: `config.${name}`, label: optional ? `${label} (optional)` : label, hint }
  if (type === 'choice') return <SelectField {...common} options={options} defaultValue={written} />
  if (type === 'area')
    return (
      <TextareaField {...common} rows={3} spellCheck={false} defaultValue={written} className="font-mono text-sm" />
    )
  if (type !== 'secret')
    return (
      <TextField
        {...common}
        inputMode={type === 'number' ? 'numeric' : undefined}
        autoComplete="off"
        spellCheck={false}
        defaultValue={written}
      />
    )
  const isSet = channel?.secrets_set.includes(name) ?? false
  return (
    <div className="flex flex-col gap-1.5">
      <PasswordField
        {...common}
        hint={isSet && !isRemoved ? `It is set. Left empty it stays as it is.` : hint}
        placeholder={isSet && !isRemoved ? '••••••••' : undefined}
        autoComplete="off"
        disabled={isRemoved}
      />
      {isSet && optional && (
        <Checkbox
          label={`Take the ${label.toLowerCase()} away`}
          checked={isRemoved}
          onChange={({ target }) => onRemove(target.checked)}
        />
      )}
    </div>
  )
}

import { useState } from 'react'
import { plural } from '#console/format.ts'
import { useMe } from '#console/me.ts'
import { Button } from '#console/ui/Button.tsx'
import { TextareaField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { PermissionPicker } from './PermissionPicker.tsx'

export interface WrittenRole {
  name: string
  description: string
  permissions: string[]
}

interface RoleFormProps {
  given: WrittenRole
  /** Roles are known by their name: only a new one gets it. */
  isNew: boolean
  submit: string
  onSubmit: (role: WrittenRole) => Promise<unknown>
  onCancel: () => void
}

export function RoleForm({ given, isNew, submit, onSubmit, onCancel }: RoleFormProps) {
  const held = useMe().permissions
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(given.permissions))
  return (
    <Form
      onSubmit={(values) =>
        onSubmit({
          name: isNew ? values.text('name').trim() : given.name,
          description: values.text('description').replaceAll(/\s+/g, ' ').trim(),
          permissions: [...chosen],
        })
      }
    >
      {isNew && (
        <TextField
          name="name"
          label="Name"
          hint="Such as night-shift; it cannot be changed later."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={given.name}
        />
      )}
      <TextareaField
        name="description"
        label="Description"
        hint="For whom, and what for."
        autoComplete="off"
        rows={3}
        maxLength={200}
        defaultValue={given.description}
      />
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium">
          Allows <span className="font-normal text-muted">{plural(chosen.size, 'permission')}</span>
        </p>
        <PermissionPicker chosen={chosen} onChange={setChosen} held={held} />
      </div>
      <div className="sticky -bottom-4 -mx-4 -mb-4 border-t border-border bg-raised px-4 py-3">
        <FormActions>
          <Button onClick={onCancel}>Cancel</Button>
          <Submit>{submit}</Submit>
        </FormActions>
      </div>
    </Form>
  )
}

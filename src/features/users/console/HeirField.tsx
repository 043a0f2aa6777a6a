import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId } from 'react'
import { TextField } from '#console/ui/Field.tsx'
import { usersQuery } from './queries.ts'

/** A user by name; the browser offers those that match what is typed. */
export function HeirField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const listId = useId()
  const matching = useQuery(usersQuery({ q: useDeferredValue(value) || undefined, state: 'active', sort: 'username' }))
  return (
    <>
      <TextField
        name="transfer_to"
        label="Who gets them"
        hint="Username or e-mail address"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        list={listId}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id={listId}>
        {matching.data?.rows.map(({ id, username, email }) => (
          <option key={id} value={username}>
            {email}
          </option>
        ))}
      </datalist>
    </>
  )
}

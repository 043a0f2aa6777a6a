import { permissions } from '#kernel/permissions.ts'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { areas, shareOf } from './matrix.ts'

interface PermissionPickerProps {
  chosen: ReadonlySet<string>
  onChange: (chosen: ReadonlySet<string>) => void
  /** What can be given: nobody hands out more than they have. */
  held: readonly string[]
}

/** Every permission by area, each area with one box for all of it. */
export const PermissionPicker = ({ chosen, onChange, held }: PermissionPickerProps) => (
  <fieldset
    aria-label="Permissions of the role"
    className="flex flex-col gap-4 rounded-md border border-border bg-canvas p-3"
  >
    {areas.map(({ name, permissions: ofArea }) => {
      const givable = ofArea.filter((permission) => held.includes(permission))
      return (
        <fieldset key={name} aria-label={name} className="flex flex-col gap-2">
          <Checkbox
            label={<span className="font-medium">{name}</span>}
            checked={givable.length > 0 && shareOf(chosen, givable) === 'all'}
            indeterminate={shareOf(chosen, givable) === 'some'}
            disabled={givable.length === 0}
            onChange={({ target }) => onChange(withAll(chosen, givable, target.checked))}
          />
          {ofArea.map((permission) => (
            <Checkbox
              key={permission}
              className="ml-6"
              label={<code className="font-mono text-sm">{permission}</code>}
              hint={held.includes(permission) ? permissions[permission] : 'You do not have it yourself'}
              checked={chosen.has(permission)}
              disabled={!held.includes(permission)}
              onChange={({ target }) => onChange(withAll(chosen, [permission], target.checked))}
            />
          ))}
        </fieldset>
      )
    })}
  </fieldset>
)

function withAll(chosen: ReadonlySet<string>, permissions: readonly string[], allowed: boolean): ReadonlySet<string> {
  const others = [...chosen].filter((permission) => !permissions.includes(permission))
  return new Set(allowed ? [...others, ...permissions] : others)
}

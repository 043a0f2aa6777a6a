import { permissions, type Permission } from '#kernel/permissions.ts'
import { Checkbox } from '#console/ui/Checkbox.tsx'

interface ScopePickerProps {
  /** What can be chosen: nobody gives a key more than they have. */
  held: readonly Permission[]
}

/** Permissions as checkboxes named `scopes`, grouped by area. */
export const ScopePicker = ({ held }: ScopePickerProps) => (
  <fieldset
    aria-label="Permissions of the key"
    className="flex max-h-[45dvh] flex-col gap-4 overflow-y-auto rounded-md border border-border bg-canvas p-3"
  >
    {Object.entries(Object.groupBy(held, areaOf)).map(([area, ofArea]) => (
      <fieldset key={area} className="flex flex-col gap-2">
        <legend className="mb-1 text-sm font-medium text-muted">{area}</legend>
        {ofArea?.map((permission) => (
          <Checkbox
            key={permission}
            name="scopes"
            value={permission}
            label={<code className="font-mono text-sm">{permission}</code>}
            hint={permissions[permission]}
          />
        ))}
      </fieldset>
    ))}
  </fieldset>
)

const areaOf = (permission: Permission): string => permission.slice(0, permission.indexOf(':'))

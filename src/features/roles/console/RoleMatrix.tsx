import { Check, Ellipsis, Lock, Minus } from 'lucide-react'
import { Fragment } from 'react'
import { permissions as described, type Permission } from '#kernel/permissions.ts'
import { plural } from '#console/format.ts'
import { useMe } from '#console/me.ts'
import type { Role } from '#console/roles.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { cx } from '#console/ui/cx.ts'
import { Menu, type MenuItem } from '#console/ui/Menu.tsx'
import { allowedBy, areas, drafted, shareOf, whyFixed, type Area, type Draft } from './matrix.ts'
import { RoleKind } from './RoleKind.tsx'

interface RoleMatrixProps {
  roles: readonly Role[]
  draft: Draft
  /** Undefined: only to look at. */
  onDraft: ((draft: Draft) => void) | undefined
  /** The role that is open beside the matrix. */
  current: string | undefined
  onOpen: (name: string) => void
  actions: (role: Role) => MenuItem[]
}

/** Permissions down, roles across. Both heads stay in sight while the inside is scrolled. */
export const RoleMatrix = (props: RoleMatrixProps) => (
  // The keyboard scrolls what has the focus.
  <section
    aria-label="Permissions by role"
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    tabIndex={0}
    className={cx(
      'relative min-h-64 overflow-auto rounded-lg border border-border bg-surface',
      props.onDraft
        ? 'max-h-[calc(100dvh-200px)] max-md:max-h-[calc(100dvh-320px)]'
        : 'max-h-[calc(100dvh-148px)] max-md:max-h-[calc(100dvh-268px)]',
    )}
  >
    <table className="min-w-full border-separate border-spacing-0 text-md">
      <caption className="sr-only">What each role allows</caption>
      <thead>
        <tr>
          <th scope="col" className={cx(head, firstColumn, 'z-30 align-bottom text-sm font-medium text-muted')}>
            Permission
          </th>
          {props.roles.map((role) => (
            <RoleHead key={role.name} role={role} {...props} />
          ))}
        </tr>
      </thead>
      <tbody>
        {areas.map((area) => (
          <Fragment key={area.name}>
            <AreaRow area={area} {...props} />
            {area.permissions.map((permission) => (
              <PermissionRow key={permission} permission={permission} {...props} />
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  </section>
)

function RoleHead({ role, onDraft, current, onOpen, actions }: RoleMatrixProps & { role: Role }) {
  const fixed = whyFixed(role, useMe().permissions)
  return (
    <th scope="col" className={cx(head, 'z-20 min-w-28 px-2 align-bottom', current === role.name && '!bg-selected')}>
      <span className="flex min-h-6 items-center justify-between gap-1">
        <button
          type="button"
          onClick={() => onOpen(role.name)}
          className="min-w-0 truncate rounded-sm text-left font-medium hover:underline"
        >
          {role.name}
        </button>
        {onDraft ? (
          fixed && <IconButton icon={Lock} size="sm" label="Fixed" disabledReason={fixed} />
        ) : (
          <Menu
            items={actions(role)}
            trigger={<IconButton icon={Ellipsis} size="sm" label={`Actions on ${role.name}`} />}
          />
        )}
      </span>
      <span className="mt-0.5 flex items-center gap-2 font-normal">
        <RoleKind role={role} />
        <span className="text-sm whitespace-nowrap text-muted">{plural(role.user_count, 'user')}</span>
      </span>
    </th>
  )
}

const AreaRow = ({ area, roles, draft, onDraft }: RoleMatrixProps & { area: Area }) => (
  <tr>
    <th
      scope="rowgroup"
      className={cx(firstColumn, 'z-10 border-b border-border bg-canvas py-1 text-left font-medium')}
    >
      {area.name}
    </th>
    {roles.map((role) => (
      <td key={role.name} className="border-b border-border bg-canvas px-2 text-center">
        {onDraft && area.permissions.length > 1 && <AreaCell area={area} role={role} draft={draft} onDraft={onDraft} />}
      </td>
    ))}
  </tr>
)

interface CellProps {
  role: Role
  draft: Draft
  onDraft: (draft: Draft) => void
}

function AreaCell({ area, role, draft, onDraft }: CellProps & { area: Area }) {
  const { permissions: held } = useMe()
  const givable = area.permissions.filter((permission) => held.includes(permission))
  const share = shareOf(allowedBy(draft, role), area.permissions)
  return (
    <Checkbox
      className="justify-center"
      label={`${role.name} may do everything in ${area.name}`}
      labelHidden
      checked={share === 'all'}
      indeterminate={share === 'some'}
      disabled={whyFixed(role, held) !== undefined || givable.length === 0}
      onChange={({ target }) => onDraft(drafted(draft, role, givable, target.checked))}
    />
  )
}

const PermissionRow = ({
  permission,
  roles,
  draft,
  onDraft,
  current,
}: RoleMatrixProps & { permission: Permission }) => (
  <tr className="group">
    <th
      scope="row"
      className={cx(
        firstColumn,
        'z-10 border-b border-border bg-surface py-1 pl-5 text-left font-normal group-hover:bg-hover',
      )}
    >
      <code className="block font-mono text-sm break-words">{permission}</code>
      <span className="block text-sm text-muted max-md:sr-only">{described[permission]}</span>
    </th>
    {roles.map((role) => (
      <td
        key={role.name}
        className={cx(
          'border-b border-border px-2 text-center group-hover:bg-hover',
          current === role.name && 'bg-selected',
          isChanged(draft, role, permission) && '!bg-warn/15',
        )}
      >
        {onDraft ? (
          <PermissionCell permission={permission} role={role} draft={draft} onDraft={onDraft} />
        ) : (
          <Mark allowed={role.permissions.includes(permission)} />
        )}
      </td>
    ))}
  </tr>
)

const isChanged = (draft: Draft, role: Role, permission: string): boolean =>
  allowedBy(draft, role).has(permission) !== role.permissions.includes(permission)

function PermissionCell({ permission, role, draft, onDraft }: CellProps & { permission: Permission }) {
  const { permissions: held } = useMe()
  const why = whyFixed(role, held) ?? (held.includes(permission) ? undefined : 'You do not have it yourself')
  return (
    <span title={why}>
      <Checkbox
        className="justify-center"
        label={`${role.name} may ${permission}`}
        labelHidden
        hint={why}
        checked={allowedBy(draft, role).has(permission)}
        disabled={why !== undefined}
        onChange={({ target }) => onDraft(drafted(draft, role, [permission], target.checked))}
      />
    </span>
  )
}

const Mark = ({ allowed }: { allowed: boolean }) => (
  <>
    {allowed ? (
      <Check size={16} aria-hidden="true" className="mx-auto text-ok" />
    ) : (
      <Minus size={12} aria-hidden="true" className="mx-auto text-faint opacity-60" />
    )}
    <span className="sr-only">{allowed ? 'allowed' : 'not allowed'}</span>
  </>
)

const head = 'sticky top-0 border-b border-border bg-surface py-2 text-left'
const firstColumn = 'sticky left-0 w-72 min-w-72 border-r border-border px-3 max-md:w-36 max-md:min-w-36 max-md:px-2'

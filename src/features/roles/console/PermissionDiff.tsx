import type { RoleChange } from './matrix.ts'

/** Permissions a role gains and loses, one a line. */
export const PermissionDiff = ({ change: { added, removed } }: { change: RoleChange }) => (
  <ul className="overflow-hidden rounded-md border border-border font-mono text-sm leading-5">
    {removed.map((permission) => (
      <li key={permission} className="flex gap-2 bg-error/8 px-2 py-0.5">
        <span aria-hidden="true" className="text-error">
          −
        </span>
        <span className="sr-only">No longer </span>
        <span className="break-all text-text">{permission}</span>
      </li>
    ))}
    {added.map((permission) => (
      <li key={permission} className="flex gap-2 bg-ok/8 px-2 py-0.5">
        <span aria-hidden="true" className="text-ok">
          +
        </span>
        <span className="sr-only">New </span>
        <span className="break-all text-text">{permission}</span>
      </li>
    ))}
  </ul>
)

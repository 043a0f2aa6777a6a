import type * as z from 'zod'
import { rolesEndpoints } from '#features/roles/contract.ts'
import { expandPermission, permissions, type Permission } from '#kernel/permissions.ts'
import { didYouMean } from '#platform/config/nearest.ts'
import type { Api } from '../api.ts'
import { confirmByName } from '../ask.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import type { Column } from '../table.ts'

type Role = z.output<typeof rolesEndpoints.list.reply>[number]

const columns: Column<Role>[] = [
  { title: 'ROLE', of: ({ name }) => name },
  { title: 'USERS', of: ({ user_count }) => user_count, align: 'right' },
  { title: 'PERMISSIONS', of: (role) => role.permissions.length, align: 'right' },
  { title: 'BUILT IN', of: ({ builtin }) => builtin },
  { title: 'DESCRIPTION', of: ({ description }) => description },
]

export const list = (context: CommandContext): Promise<void> =>
  withApi(context, async (api) =>
    context.terminal.list(await api.call(rolesEndpoints.list, {}), columns, 'There are no roles.'),
  )

export const show = (context: CommandContext, [name = '']: string[]): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const role = await findRole(api, name)
    terminal.result(role, () => {
      terminal.say(`${role.description || role.name}; ${role.user_count} users`)
      terminal.table(role.permissions, [
        { title: 'PERMISSION', of: (permission) => permission },
        { title: 'ALLOWS', of: (permission) => permissions[permission as Permission] },
      ])
    })
  })

async function findRole(api: Api, name: string): Promise<Role> {
  const roles = await api.call(rolesEndpoints.list, {})
  const found = roles.find((role) => role.name === name)
  if (found) return found
  throw new CommandError(
    'notFound',
    `There is no role ${name}${didYouMean(
      name,
      roles.map((role) => role.name),
    )}`,
    '`miktos roles list` shows all',
  )
}

interface Editing {
  allow?: string[]
  deny?: string[]
  description?: string
  dryRun?: boolean
}

export const create = (
  context: CommandContext,
  [name = '']: string[],
  { allow = [], description, dryRun }: Editing,
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const granted = allow.flatMap(expand)
    if (dryRun) return terminal.say(`Would create the role ${name} with ${granted.join(', ')}`)
    const role = await api.call(rolesEndpoints.create, { body: { name, description, permissions: granted } })
    terminal.result(role, () =>
      terminal.say(
        `Created the role ${role.name} with ${role.permissions.length} permissions: miktos users set-role USER ${role.name}`,
      ),
    )
  })

export const set = (
  context: CommandContext,
  [name = '']: string[],
  { allow = [], deny = [], description, dryRun }: Editing,
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const before = await findRole(api, name)
    const [added, removed] = [allow.flatMap(expand), deny.flatMap(expand)]
    const after = [...new Set([...before.permissions, ...added])].filter(
      (permission) => !removed.includes(permission as Permission),
    )
    if (dryRun) return terminal.say(`Would let ${name} do ${after.join(', ')}`)
    const role = await api.call(rolesEndpoints.update, { params: { name }, body: { description, permissions: after } })
    terminal.result(role, () =>
      terminal.say(
        `The role ${name} has ${role.permissions.length} permissions now; it had ${before.permissions.length}`,
      ),
    )
  })

export const remove = (
  context: CommandContext,
  [name = '']: string[],
  { confirm, dryRun }: { confirm?: string; dryRun?: boolean },
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const { builtin } = await findRole(api, name)
    const effect = builtin
      ? `puts the role ${name} back to what it was when it was delivered`
      : `deletes the role ${name} for good`
    if (dryRun) return terminal.say(`This ${effect}`)
    await confirmByName(terminal, `This ${effect}.`, name, confirm)
    const result = await api.call(rolesEndpoints.remove, { params: { name } })
    terminal.result(result, () => terminal.say(builtin ? `Put the role ${name} back` : `Deleted the role ${name}`))
  })

function expand(name: string): Permission[] {
  const expanded = expandPermission(name)
  if (expanded) return expanded
  throw new CommandError(
    'usage',
    `"${name}" is not a permission${didYouMean(name, Object.keys(permissions))}`,
    '`miktos roles show admin` lists all',
  )
}

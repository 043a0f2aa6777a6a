import { usersEndpoints } from '#features/users/contract.ts'
import type { Api } from '../api.ts'
import { confirmByName, readNewSecret } from '../ask.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import type { Column } from '../table.ts'
import { bold, type Terminal } from '../terminal.ts'
import { allPages, findUser, type UserView } from './find.ts'

const columns: Column<UserView>[] = [
  { title: 'USERNAME', of: ({ username }) => username },
  { title: 'EMAIL', of: ({ email }) => email },
  { title: 'ROLE', of: ({ role }) => role },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'MFA', of: ({ mfa_enabled }) => mfa_enabled },
  { title: 'PROJECTS', of: ({ project_count }) => project_count, align: 'right' },
  { title: 'LAST LOGIN', of: ({ last_login_at }) => last_login_at },
]

interface Filter {
  role?: string
  state?: UserView['state']
  search?: string
}

export const list = (context: CommandContext, _args: string[], { role, state, search: q }: Filter): Promise<void> =>
  withApi(context, async (api) => {
    const users = await allPages((limit, offset) =>
      api.call(usersEndpoints.list, { query: { limit, offset, role, state, q } }),
    )
    context.terminal.list(users, columns, 'No user matches.')
    const waiting = users.filter((user) => user.state === 'pending')
    if (waiting.length > 0)
      context.terminal.say(`\n${waiting.length} waiting: miktos users approve ${waiting[0]!.username}`)
  })

interface Changing {
  dryRun?: boolean
}

interface Creating extends Changing {
  username?: string
  role: string
  passwordFile?: string
}

export const create = (
  context: CommandContext,
  [email = '']: string[],
  { username, role, passwordFile, dryRun }: Creating,
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    if (dryRun) return terminal.say(`Would create ${email} with the role ${role}`)
    const password = passwordFile === undefined ? undefined : await readNewSecret(terminal, '', { file: passwordFile })
    const user = await api.call(usersEndpoints.create, { body: { email, username, role, password } })
    terminal.result(user, () => {
      terminal.say('Created ', bold(user.username), ` with the role ${user.role}`)
      showGenerated(terminal, user.generated_password)
    })
  })

/** The one thing that is data here: scripts read it from standard output. */
function showGenerated(terminal: Terminal, password: string | null): void {
  if (password === null) return
  terminal.say('Password, shown only now:')
  terminal.out(password)
}

/** One change of one user: what it is called, and what is called. */
interface Change {
  would: (user: UserView) => string
  did: (user: UserView) => string
  call: (api: Api, user: UserView) => Promise<unknown>
}

const changeUser = (
  { terminal, ...context }: CommandContext,
  name: string,
  { dryRun }: Changing,
  { would, did, call }: Change,
): Promise<void> =>
  withApi({ terminal, ...context }, async (api) => {
    const user = await findUser(api, name)
    if (dryRun) return terminal.say(would(user))
    const result = await call(api, user)
    terminal.result(result, () => terminal.say(did(user)))
  })

export const approve = (
  context: CommandContext,
  [name = '']: string[],
  options: Changing & { role?: string },
): Promise<void> =>
  changeUser(context, name, options, {
    would: ({ username, state }) => `Would approve ${username}, who is ${state}`,
    did: ({ username }) => `Approved ${username}`,
    call: (api, { id }) => api.call(usersEndpoints.approve, { params: { id }, body: { role: options.role } }),
  })

export const disable = (context: CommandContext, [name = '']: string[], options: Changing): Promise<void> =>
  changeUser(context, name, options, {
    would: ({ username, state }) => `Would disable ${username}, who is ${state}`,
    did: ({ username }) => `Disabled ${username}; their sessions have ended`,
    call: (api, { id }) => api.call(usersEndpoints.update, { params: { id }, body: { state: 'disabled' } }),
  })

export const enable = (context: CommandContext, [name = '']: string[], options: Changing): Promise<void> =>
  changeUser(context, name, options, {
    would: ({ username, state }) => `Would enable ${username}, who is ${state}`,
    did: ({ username }) => `Enabled ${username}`,
    call: (api, { id }) => api.call(usersEndpoints.update, { params: { id }, body: { state: 'active' } }),
  })

export const unlock = (context: CommandContext, [name = '']: string[], options: Changing): Promise<void> =>
  changeUser(context, name, options, {
    would: ({ username, state }) => `Would unlock ${username}, who is ${state}`,
    did: ({ username }) => `Unlocked ${username}`,
    call: (api, { id }) => api.call(usersEndpoints.unlock, { params: { id } }),
  })

export const setRole = (context: CommandContext, [name = '', role = '']: string[], options: Changing): Promise<void> =>
  changeUser(context, name, options, {
    would: (user) => `Would give ${user.username} the role ${role} instead of ${user.role}`,
    did: (user) => `${user.username} has the role ${role} now; it was ${user.role}`,
    call: (api, { id }) => api.call(usersEndpoints.update, { params: { id }, body: { role } }),
  })

export const resetPassword = (
  context: CommandContext,
  [name = '']: string[],
  { passwordFile, dryRun }: Changing & { passwordFile?: string },
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const { id, username } = await findUser(api, name)
    if (dryRun) return terminal.say(`Would set a new password for ${username} and end their sessions`)
    const password = passwordFile === undefined ? undefined : await readNewSecret(terminal, '', { file: passwordFile })
    const result = await api.call(usersEndpoints.resetPassword, { params: { id }, body: { password } })
    terminal.result(result, () => {
      terminal.say(`${username} has a new password; their sessions have ended`)
      showGenerated(terminal, result.generated_password)
    })
  })

interface Removing extends Changing {
  deleteProjects?: boolean
  transferProjects?: string
  confirm?: string
}

export const remove = (
  context: CommandContext,
  [name = '']: string[],
  { deleteProjects, transferProjects, confirm, dryRun }: Removing,
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    if (deleteProjects && transferProjects)
      throw new CommandError('usage', 'Give --delete-projects or --transfer-projects, not both')
    const user = await findUser(api, name)
    const heir = transferProjects === undefined ? undefined : await findUser(api, transferProjects)
    const fate = heir
      ? `; ${heir.username} gets their ${user.project_count} projects`
      : deleteProjects
        ? ` and their ${user.project_count} projects`
        : ''
    if (dryRun) return terminal.say(`Would delete ${user.username} (${user.email})${fate}`)
    await confirmByName(
      terminal,
      `This deletes ${user.username} (${user.email})${fate} for good.`,
      user.username,
      confirm,
    )
    const query = heir
      ? ({ projects: 'transfer', transfer_to: heir.id } as const)
      : deleteProjects
        ? ({ projects: 'delete' } as const)
        : {}
    const result = await api.call(usersEndpoints.remove, { params: { id: user.id }, query })
    terminal.result(result, () => terminal.say(`Deleted ${user.username}`))
  })

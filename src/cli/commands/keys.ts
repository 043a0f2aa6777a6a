import type * as z from 'zod'
import { apiKeysEndpoints } from '#features/api-keys/contract.ts'
import type { Api } from '../api.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import type { Column } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { allPages, findUser } from './find.ts'

type Key = z.output<typeof apiKeysEndpoints.list.reply>[number]

const columns: Column<Key>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'KEY', of: ({ prefix }) => `${prefix}…` },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'USER', of: ({ username }) => username },
  { title: 'SCOPES', of: ({ scopes }) => scopes?.join(' ') ?? 'all of its owner' },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'EXPIRES', of: ({ expires_at }) => expires_at },
  { title: 'LAST USED', of: ({ last_used_at }) => last_used_at },
]

export const list = (
  context: CommandContext,
  _args: string[],
  { user, mine }: { user?: string; mine?: boolean },
): Promise<void> =>
  withApi(context, async (api) => {
    const user_id = user === undefined ? undefined : (await findUser(api, user)).id
    const keys = await allPages((limit, offset) =>
      mine
        ? api.call(apiKeysEndpoints.mine, { query: { limit, offset } })
        : api.call(apiKeysEndpoints.list, { query: { limit, offset, user_id } }),
    )
    context.terminal.list(keys, columns, 'There are no API keys.')
  })

interface Creating {
  user?: string
  scope?: string[]
  days?: string
  signing?: boolean
  dryRun?: boolean
}

export const create = (
  context: CommandContext,
  [name = '']: string[],
  { user, scope, days, signing, dryRun }: Creating,
): Promise<void> =>
  withApi(context, async (api) => {
    if (api.isLocal && user === undefined)
      throw new CommandError(
        'usage',
        'Whose key is it? A command on the machine itself is nobody in particular',
        'Add --user USERNAME',
      )
    const owner = user === undefined ? undefined : await findUser(api, user)
    if (dryRun) return context.terminal.say(`Would create the key ${name}${owner ? ` of ${owner.username}` : ''}`)
    const body = {
      name,
      scopes: scope,
      signing: signing ?? false,
      expires_in_days: days === undefined ? undefined : Number(days),
    }
    const made = owner
      ? await api.call(apiKeysEndpoints.createFor, { params: { id: owner.id }, body })
      : await api.call(apiKeysEndpoints.create, { body })
    showMade(context.terminal, made)
  })

function showMade(terminal: Terminal, made: z.output<typeof apiKeysEndpoints.create.reply>): void {
  terminal.result(made, () => {
    terminal.say(
      `Created ${made.name} of ${made.username}, which ${made.expires_at ? `expires ${made.expires_at}` : 'does not expire'}. Shown only now:`,
    )
    terminal.out(made.key)
    if (made.signing_secret !== null) terminal.out(made.signing_secret)
  })
}

export const rotate = (
  context: CommandContext,
  [id = '']: string[],
  { overlapMinutes, dryRun }: { overlapMinutes: string; dryRun?: boolean },
): Promise<void> =>
  withApi(context, async (api) => {
    if (api.isLocal)
      throw new CommandError(
        'usage',
        'A key is rotated by its owner',
        'Log in as the owner with `miktos login`, or make a new key with `miktos keys create NAME --user USER`',
      )
    if (dryRun)
      return context.terminal.say(
        `Would replace the key ${id}; the old one would work for ${overlapMinutes} minutes more`,
      )
    const made = await api.call(apiKeysEndpoints.rotate, {
      params: { id },
      body: { overlap_minutes: Number(overlapMinutes) },
    })
    showMade(context.terminal, made)
  })

export const revoke = (context: CommandContext, [id = '']: string[], { dryRun }: { dryRun?: boolean }): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    if (dryRun) return terminal.say(`Would revoke the key ${id}`)
    const result = await ((await isMine(api, id))
      ? api.call(apiKeysEndpoints.revokeMine, { params: { id } })
      : api.call(apiKeysEndpoints.revoke, { params: { id } }))
    terminal.result(result, () => terminal.say(`Revoked ${id}`))
  })

/** One's own keys need no right over those of others. */
async function isMine(api: Api, id: string): Promise<boolean> {
  if (api.isLocal) return false
  const keys = await allPages((limit, offset) => api.call(apiKeysEndpoints.mine, { query: { limit, offset } }))
  return keys.some((key) => key.id === id)
}

import { settingsEndpoints } from '#features/settings/contract.ts'
import { ranges } from '#platform/config/kinds.ts'
import type { Api } from '../api.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'

interface Options {
  add?: string[]
  remove?: string[]
  clear?: boolean
  force?: boolean
  dryRun?: boolean
}

/** Who is let in. Also the way back in for somebody who locked everybody out. */
export const allowList = (
  context: CommandContext,
  _args: string[],
  { add, remove, clear, force, dryRun }: Options,
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const before = await current(api)
    if (!add && !remove && !clear)
      return terminal.list(before, [{ title: 'RANGE', of: (range) => range }], 'All addresses are let in.')
    if (clear && (add || remove)) throw new CommandError('usage', 'Give --clear, or --add and --remove')
    const gone = new Set(parsed(remove))
    const after = clear ? [] : [...new Set([...before, ...parsed(add)])].filter((range) => !gone.has(range))
    const description = after.length === 0 ? 'all addresses' : after.join(', ')
    if (dryRun) return terminal.say(`Would let in ${description}`)
    const body = { ip_allow_list: clear ? null : after }
    const result = await api.call(settingsEndpoints.update, { query: { force: String(force ?? false) }, body })
    terminal.result(result.config['ip_allow_list'], () =>
      terminal.say(`Lets in ${description}. Running servers follow within 5 seconds.`),
    )
  })

async function current(api: Api): Promise<string[]> {
  const { config } = await api.call(settingsEndpoints.get, {})
  return ranges.schema.parse(config['ip_allow_list'])
}

/** As they are stored: a bare address is a range of one. */
function parsed(written: string[] = []): string[] {
  const result = ranges.schema.safeParse(ranges.read(written))
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw new CommandError('usage', `"${written[Number(path[0])]}" ${message}`)
}

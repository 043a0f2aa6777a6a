import { logsEndpoints } from '#features/logs/contract.ts'
import { filterText } from '#features/logs/filterText.ts'
import { isLogql } from '#kernel/logFilter/index.ts'
import { didYouMean } from '#platform/config/nearest.ts'
import type { Api } from '../api.ts'
import type { CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import { withStores } from '../stores.ts'
import { printRows } from './logLine.ts'
import { newest, type Asked } from './logSearch.ts'
import { momentOf } from './moment.ts'

interface Options {
  follow?: boolean
  since: string
  until?: string
  level?: string
  limit: string
}

export const logs = async (context: CommandContext, args: string[], options: Options): Promise<void> => {
  const { terminal } = context
  const { service, search } = wantedOf(args)
  const limit = limitOf(options.limit)
  const now = Date.now()
  const asked: Asked = {
    filter: filterText({ service, level: options.level ?? '', search }),
    fromMs: momentOf('--since', options.since, now),
    toMs: options.until === undefined ? undefined : momentOf('--until', options.until, now),
  }
  if (options.follow && asked.toMs !== undefined)
    throw new CommandError('usage', '--follow goes on and --until ends; give one')
  await withStores(context, async (api) => {
    if (options.follow) {
      const { followLogs } = await import('./followLogs.ts')
      return followLogs(terminal, api, asked, limit)
    }
    const { rows, hasMore } = await newest(api, asked, limit)
    if (rows.length === 0) await requireService(api, service)
    await printRows(terminal, rows)
    if (rows.length === 0) terminal.say('No line matches. --since looks further back.')
    else if (hasMore) terminal.say(`Only the newest ${rows.length} lines; --limit shows more.`)
  })
}

/** A query in LogQL says by itself which streams it is about. */
function wantedOf([first = 'all', ...words]: string[]): { service: string; search: string } {
  return isLogql(first)
    ? { service: 'all', search: [first, ...words].join(' ') }
    : { service: first, search: words.join(' ') }
}

const limitMax = 1_000_000

function limitOf(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return limit
  throw new CommandError('usage', `--limit ${text} is no number of lines`, `Write a number from 1 to ${limitMax}`)
}

/** @throws CommandError where nothing is kept of the service, which then is misspelt, or has not sent anything yet */
async function requireService(api: Api, service: string): Promise<void> {
  if (service === 'all') return
  const { services } = await api.call(logsEndpoints.services, {})
  const names = services.map(({ id }) => id)
  if (names.includes(service)) return
  const suggestion = names.length > 0 ? didYouMean(service, names) : ''
  throw new CommandError(
    'notFound',
    `There is no line of a service ${JSON.stringify(service)}${suggestion}`,
    '`miktos logs all WORDS` searches all services',
  )
}

import type * as z from 'zod'
import { processesEndpoints } from '#features/processes/contract.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import type { Column } from '../table.ts'

type Server = z.output<typeof processesEndpoints.list.reply>['servers'][number]

const columns: Column<Server>[] = [
  { title: 'PID', of: ({ pid }) => pid, align: 'right' },
  { title: 'ADDRESS', of: ({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`) },
  { title: 'UPTIME', of: ({ uptime }) => uptime },
  { title: 'CPU %', of: ({ cpu_percent }) => cpu_percent, align: 'right' },
  { title: 'MEMORY %', of: ({ memory_percent }) => memory_percent, align: 'right' },
  { title: 'THREADS', of: ({ threads }) => threads, align: 'right' },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'MACHINE', of: ({ host_name }) => host_name },
  { title: 'VERSION', of: ({ version }) => version },
]

export const listProcesses = (context: CommandContext): Promise<void> =>
  withApi(context, async (api) => {
    const { servers } = await api.call(processesEndpoints.list, {})
    context.terminal.list(servers, columns, 'No server runs. Start one with `miktos serve`.')
  })

export const stop = (
  context: CommandContext,
  [pid]: string[],
  { all, dryRun }: { all?: boolean; dryRun?: boolean },
): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    if ((pid === undefined) === (all === undefined))
      throw new CommandError('usage', 'Give the pid of a server, or --all', '`miktos processes` shows them')
    const { servers } = await api.call(processesEndpoints.list, {})
    const wanted = all ? servers : servers.filter((server) => String(server.pid) === pid || server.id === pid)
    if (wanted.length === 0)
      throw new CommandError(
        'notFound',
        all ? 'No server runs' : `No server has the pid ${pid}`,
        '`miktos processes` shows them',
      )
    if (dryRun) return terminal.say(`Would stop ${wanted.map((server) => server.pid).join(', ')}`)
    const done = terminal.progress('Waiting until requests are finished …')
    const results: z.output<typeof processesEndpoints.stop.reply>[] = []
    // The one that answers last: it could not answer for the others any more.
    for (const { id } of wanted.toSorted((a, b) => Number(a.current) - Number(b.current))) {
      results.push(await api.call(processesEndpoints.stop, { params: { pid: id } }))
    }
    done()
    terminal.result(results, () => results.forEach((result) => terminal.say(`${result.pid}: ${result.message}`)))
  })

export const restart = (context: CommandContext, _args: string[], { dryRun }: { dryRun?: boolean }): Promise<void> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const { servers } = await api.call(processesEndpoints.list, {})
    if (dryRun)
      return terminal.say(`Would restart ${servers.map(({ pid }) => pid).join(', ') || 'nothing: no server runs'}`)
    const result = await api.call(processesEndpoints.restart, { body: { services: ['server'] } })
    terminal.result(result, () => terminal.say(result.message))
  })

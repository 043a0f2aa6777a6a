import type * as z from 'zod'
import { auditEndpoints, type AuditEntry } from '#features/audit/contract.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { exitCodes } from '../failure.ts'
import type { Column } from '../table.ts'
import { green, pipeOut, red } from '../terminal.ts'

type Entry = z.output<typeof AuditEntry>

const columns: Column<Entry>[] = [
  { title: 'SEQ', of: ({ seq }) => seq, align: 'right' },
  { title: 'TIME', of: ({ timestamp }) => timestamp },
  { title: 'ACTOR', of: ({ actor }) => actor.label },
  { title: 'ACTION', of: ({ action }) => action },
  { title: 'TARGET', of: ({ target }) => `${target.kind} ${target.id}` },
  { title: 'RESULT', of: ({ result }) => result },
  { title: 'ADDRESS', of: ({ address }) => address },
  { title: 'CHANGED', of: ({ changes }) => changes.map(({ field }) => field).join(' ') },
]

interface Filter {
  actor?: string
  action?: string
  target?: string
  result?: Entry['result']
  from?: string
  to?: string
  search?: string
}

const queryOf = ({ actor, action, target, result, from, to, search }: Filter) => ({
  actor,
  action,
  target_id: target,
  result,
  from,
  to,
  q: search,
})

export const list = (
  context: CommandContext,
  _args: string[],
  { limit, ...filter }: Filter & { limit: string },
): Promise<void> =>
  withApi(context, async (api) => {
    const { logs, total } = await api.call(auditEndpoints.list, { query: { limit, ...queryOf(filter) } })
    context.terminal.list(logs, columns, 'No record matches.')
    if (total > logs.length)
      context.terminal.say(`\n${logs.length} of ${total}; --limit shows more, \`miktos audit export\` all`)
  })

export const verify = (context: CommandContext): Promise<number> =>
  withApi(context, async (api) => {
    const { terminal } = context
    const done = terminal.progress('Computing every record again …')
    const found = await api.call(auditEndpoints.verify, {}).finally(done)
    const { ok, records, first_seq, last_seq, checkpoints, broken } = found
    terminal.result(found, () => {
      if (broken) terminal.out(red('Broken'), ` at record ${broken.seq}: ${broken.reason}`)
      else
        terminal.out(
          green('Unbroken'),
          `: ${records} records, ${first_seq} to ${last_seq}, and ${checkpoints} checkpoints agree`,
        )
    })
    return ok ? exitCodes.ok : exitCodes.failure
  })

export const exportAll = (
  context: CommandContext,
  _args: string[],
  { format, ...filter }: Filter & { format: 'csv' | 'ndjson' },
): Promise<void> =>
  withApi(context, async (api) => {
    const endpoint = format === 'csv' ? auditEndpoints.exportCsv : auditEndpoints.exportNdjson
    await pipeOut(await api.download(endpoint, { query: queryOf(filter) }))
  })

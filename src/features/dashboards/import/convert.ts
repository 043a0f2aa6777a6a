import * as z from 'zod'
import { invalid } from '#kernel/errors.ts'
import { minuteMs, hourMs, secondMs } from '#kernel/time.ts'
import { Board, type BoardInput } from '../board.ts'
import { Grafana } from './grafana.ts'
import { convertPanels } from './panels.ts'
import { convertVariables } from './variables.ts'

export interface Converted {
  board: Board
  /** What has no counterpart here, panel by panel. */
  not_mapped: { where: string; what: string }[]
}

/** What the console writes into a file. */
const Exported = z.object({ format: z.literal('miktos-dashboard'), board: z.unknown() })

/** @throws AppError VALIDATION_FAILED for what is neither a dashboard of Grafana nor one exported here */
export function convertBoard(json: Record<string, unknown>): Converted {
  const exported = Exported.safeParse(json)
  if (exported.success) return { board: checked(exported.data.board), not_mapped: [] }
  // Grafana's API wraps it.
  const wrapped = json['dashboard']
  const grafana = Grafana.safeParse(typeof wrapped === 'object' && wrapped !== null ? wrapped : json)
  if (!grafana.success || !(grafana.data.panels ?? grafana.data.rows))
    throw invalid('json', 'This is neither a Grafana dashboard with panels nor one exported here')
  return convertGrafana(grafana.data)
}

function convertGrafana(given: Grafana): Converted {
  const not_mapped: Converted['not_mapped'] = []
  const report = (where: string, what: string): void => void not_mapped.push({ where, what })
  const board: BoardInput = {
    title: (given.title?.replaceAll(/\p{Cc}/gu, ' ').trim() || 'Imported dashboard').slice(0, 200),
    description: (given.description ?? '').slice(0, 10_000),
    tags: (given.tags ?? []).filter((tag) => tag !== '' && tag.length <= 50).slice(0, 20),
    from: fromOf(given, report),
    refresh_seconds: refreshOf(given.refresh),
    variables: convertVariables(given.templating?.list ?? [], report),
    panels: convertPanels(given, report),
  }
  const annotations = (given.annotations?.list ?? []).filter((one) => !BuiltIn.safeParse(one).success)
  if (annotations.length > 0) report('Dashboard', `annotations (${annotations.length})`)
  if (given.links && given.links.length > 0) report('Dashboard', `links (${given.links.length})`)
  return { board: checked(board), not_mapped }
}

/** The annotations that every dashboard of Grafana has. */
const BuiltIn = z.looseObject({ builtIn: z.literal(1) })

function fromOf({ time }: Grafana, report: (where: string, what: string) => void): string | undefined {
  const from = time?.from?.trim()
  if (from === undefined || /^now-\d{1,6}[smhdw]$/.test(from)) return from
  report('Dashboard', `the time ${from}: it begins with the last hour`)
  return undefined
}

const unitMs: Record<string, number> = { s: secondMs, m: minuteMs, h: hourMs }

function refreshOf(refresh: Grafana['refresh']): number {
  const match = /^(\d{1,4})([smh])$/.exec(typeof refresh === 'string' ? refresh : '')
  return match ? Math.min(86_400, (Number(match[1]) * unitMs[match[2]!]!) / secondMs) : 0
}

function checked(board: unknown): Board {
  const parsed = Board.safeParse(board)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(['json', ...issue!.path].join('.'), issue!.message)
}

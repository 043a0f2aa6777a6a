import type * as z from 'zod'
import { metricsEndpoints } from '#features/metrics/contract.ts'
import { iso, secondMs } from '#kernel/time.ts'
import type { CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import { withStores } from '../stores.ts'
import type { Column } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { lengthOf, momentOf } from './moment.ts'
import { sparkline } from './sparkline.ts'

interface Options {
  range?: string
  step?: string
  time?: string
}

type Answer = z.output<typeof metricsEndpoints.query.reply>
type Labels = Record<string, string>
type Sample = [seconds: number, value: string]

interface Line {
  metric: Labels
  values: Sample[]
}

export const query = (context: CommandContext, [expression = '']: string[], options: Options): Promise<void> =>
  withStores(context, async (api) => {
    const span = spanOf(options)
    const found = await api.call(metricsEndpoints.query, { query: { query: expression, ...span.query } })
    context.terminal.result(found, () => print(context.terminal, found, span))
  })

interface Asked {
  query: { time?: string; start?: string; end?: string; step?: string }
  /** Of the grid on which values stand; undefined at one moment. */
  grid: { fromMs: number; toMs: number; stepMs: number } | undefined
}

/** As many values as a line of a terminal shows, and more for programs. */
const stepsWanted = 240

function spanOf({ range, step, time }: Options): Asked {
  const now = Date.now()
  const atMs = time === undefined ? now : momentOf('--time', time, now)
  if (range === undefined) {
    if (step !== undefined) throw new CommandError('usage', '--step needs --range', 'Such as --range 6h --step 5m')
    return { query: { time: seconds(atMs) }, grid: undefined }
  }
  const rangeMs = lengthOf('--range', range)
  const fitting = Math.max(1, Math.round(rangeMs / stepsWanted / secondMs)) * secondMs
  const stepMs = step === undefined ? fitting : lengthOf('--step', step)
  const fromMs = atMs - rangeMs
  return {
    query: { start: seconds(fromMs), end: seconds(atMs), step: seconds(stepMs) },
    grid: { fromMs, toMs: atMs, stepMs },
  }
}

const seconds = (ms: number): string => String(ms / secondMs)

function print(terminal: Terminal, { resultType, result }: Answer, { grid }: Asked): void {
  if (resultType === 'scalar' || resultType === 'string') terminal.out(result[1])
  else if (result.length === 0) terminal.say('No series matches.')
  else if (resultType === 'vector') terminal.table(result, instantColumns)
  else if (terminal.options.plain) terminal.table(result.flatMap(samplesOf), sampleColumns)
  else terminal.table(result, lineColumns(grid))
}

const instantColumns: Column<{ metric: Labels; value: Sample }>[] = [
  { title: 'SERIES', of: ({ metric }) => nameOf(metric) },
  { title: 'VALUE', of: ({ value }) => value[1], align: 'right' },
]

const samplesOf = ({ metric, values }: Line) => values.map(([at, value]) => ({ metric, at, value }))

const sampleColumns: Column<{ metric: Labels; at: number; value: string }>[] = [
  { title: 'SERIES', of: ({ metric }) => nameOf(metric) },
  { title: 'TIME', of: ({ at }) => iso(at * secondMs) },
  { title: 'VALUE', of: ({ value }) => value },
]

const cellsMax = 40

const lineColumns = (grid: Asked['grid']): Column<Line>[] => [
  { title: 'SERIES', of: ({ metric }) => nameOf(metric) },
  { title: 'LEAST', of: ({ values }) => rounded(Math.min(...numbersOf(values))), align: 'right' },
  { title: 'MOST', of: ({ values }) => rounded(Math.max(...numbersOf(values))), align: 'right' },
  { title: 'LAST', of: ({ values }) => rounded(Number(values.at(-1)![1])), align: 'right' },
  { title: 'OVER TIME', of: ({ values }) => sparkline(onGrid(values, grid), cellsMax) },
]

const numbersOf = (values: readonly Sample[]): number[] => values.map(([, value]) => Number(value))

/** As many digits as people compare; --plain and --json have all. */
const rounded = (value: number): number => Number(value.toPrecision(6))

/** One value for each step; where a series has none it is undefined. */
function onGrid(values: readonly Sample[], grid: Asked['grid']): (number | undefined)[] {
  if (!grid) return values.map(([, value]) => Number(value))
  const { fromMs, toMs, stepMs } = grid
  const cells = Array.from<number | undefined>({ length: Math.floor((toMs - fromMs) / stepMs) + 1 })
  for (const [at, value] of values) cells[Math.round((at * secondMs - fromMs) / stepMs)] = Number(value)
  return cells
}

/** `up{instance="a:9100",job="node"}` */
function nameOf({ __name__: name = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(',')}}`
}

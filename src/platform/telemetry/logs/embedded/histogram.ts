import { severities, type LogFilter, type LogHistogram } from '../logs.ts'
import { reading } from './damage.ts'
import { Piece, severityCount, type Block } from './lines.ts'
import type { Plan } from './plan.ts'
import { dayStartNs, minuteNs } from './time.ts'
import type { Work } from './turn.ts'

const bucketsMax = 1_000
const secondNs = 1_000_000_000
const steps = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600,
  43200, 86400,
]

/** Lines per bucket. Buckets begin at whole multiples of their width, so the first one may begin before the filter. */
export async function countByTime(
  blocks: Block[],
  { buckets, fromNs, toNs }: LogFilter & { buckets: number },
  plan: Plan,
  work: Work,
): Promise<Omit<LogHistogram, 'stats'>> {
  const spanNs = toNs > fromNs ? toNs - fromNs : 1n
  const bucketNs = widthOf(Number(spanNs), Math.max(1, Math.min(buckets, bucketsMax)))
  const startNs = fromNs - (fromNs % BigInt(bucketNs))
  const count = Math.min(bucketsMax + 1, Number((toNs - startNs - 1n) / BigInt(bucketNs)) + 1)
  const counts = new Uint32Array(Math.max(1, count) * severityCount)
  for (const block of blocks) {
    if (!plan.mayMatch(block)) {
      work.stats.blocksSkipped++
      continue
    }
    const axis = { offsetNs: Number(dayStartNs(block.day) - startNs), bucketNs }
    reading(block, () => countBlock(block, plan, axis, counts, work), undefined)
    await work.pauseWithinLimits()
  }
  return { fromNs: startNs, bucketNs: BigInt(bucketNs), counts: bySeverity(counts) }
}

/** The narrowest usual width with which the span fits into so many buckets. */
function widthOf(spanNs: number, buckets: number): number {
  const least = spanNs / buckets
  const step = steps.find((seconds) => seconds * secondNs >= least)
  return step === undefined ? Math.ceil(least / (86_400 * secondNs)) * 86_400 * secondNs : Math.round(step * secondNs)
}

/** Where a day's offsets fall: `offsetNs` is the day's begin counted from the first bucket's. */
interface Axis {
  offsetNs: number
  bucketNs: number
}

function countBlock(block: Block, plan: Plan, axis: Axis, counts: Uint32Array, work: Work): void {
  if (block.minutes && axis.bucketNs % minuteNs === 0 && plan.spans(block) && plan.isDecidedBySeverity(block)) {
    countMinutes(block.minutes, plan, axis, counts)
    return
  }
  work.stats.blocks++
  const columns = block.columns()
  for (let frame = 0; frame + 1 < block.frameRows.length; frame++) {
    const piece = new Piece(block, columns, frame)
    const marks = plan.marks(piece)
    work.stats.lines += marks.length
    if (plan.rest?.readsText(piece)) work.stats.bytes += piece.start(piece.toRow)
    for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) {
      const at = piece.fromRow + row
      counts[bucketOf(columns.offsets[at]!, axis) * severityCount + columns.severities[at]!]!++
    }
  }
}

function countMinutes(minutes: Uint32Array, plan: Plan, axis: Axis, counts: Uint32Array): void {
  for (let at = 0; at < minutes.length; at += 3) {
    const severity = minutes[at + 1]!
    if (!plan.passesSeverity(severity)) continue
    counts[bucketOf(minutes[at]! * minuteNs, axis) * severityCount + severity]! += minutes[at + 2]!
  }
}

const bucketOf = (offset: number, { offsetNs, bucketNs }: Axis): number => Math.floor((offset + offsetNs) / bucketNs)

function bySeverity(counts: Uint32Array): LogHistogram['counts'] {
  const found: LogHistogram['counts'] = {}
  severities.forEach((name, severity) => {
    const ofSeverity = Array.from(
      { length: counts.length / severityCount },
      (_, at) => counts[at * severityCount + severity]!,
    )
    if (ofSeverity.some((count) => count > 0)) found[name] = ofSeverity
  })
  return found
}

import * as z from 'zod'

/** What one line of a session's program says. */
export interface SessionLine {
  /** 0 to 1. */
  progress?: number
  progress_note?: string
  metrics?: Record<string, number>
  /** A line that is none of these. */
  log?: string
}

const Told = z.object({
  progress: z.number().min(0).max(1).optional(),
  note: z.string().optional(),
  metrics: z.record(z.string().min(1).max(64), z.number()).optional(),
})

const noteLengthMax = 255
const logLengthMax = 4_000
const metricsMax = 50

/** `progress 0.5 half of it`, `{"progress": 0.5, "note": "…", "metrics": {"kills": 3}}`, or a line of its log. */
export function readSessionLine(line: string): SessionLine | undefined {
  const [, share, note = ''] = /^progress (0|1|0?\.\d+|[01]\.\d+)(?:\s+(.*))?$/.exec(line) ?? []
  if (share !== undefined && Number(share) <= 1) return { progress: Number(share), ...noted(note) }
  const told = line.startsWith('{') ? Told.safeParse(parsed(line)).data : undefined
  if (told && (told.progress !== undefined || told.metrics !== undefined)) return figuresOf(told)
  const log = line.trimEnd().slice(0, logLengthMax)
  return log === '' ? undefined : { log }
}

const figuresOf = ({ progress, note = '', metrics }: z.output<typeof Told>): SessionLine => ({
  ...(progress !== undefined && { progress }),
  ...noted(note),
  ...(metrics !== undefined && { metrics: Object.fromEntries(Object.entries(metrics).slice(0, metricsMax)) }),
})

function noted(text: string): { progress_note?: string } {
  const note = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .slice(0, noteLengthMax)
    .toWellFormed()
    .trim()
  return note === '' ? {} : { progress_note: note }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

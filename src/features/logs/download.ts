import { stringify } from 'csv-stringify/sync'
import type { RequestContext } from '#platform/http/request.ts'
import { severities, type LogRow } from '#platform/telemetry/logs/logs.ts'

type Format = 'ndjson' | 'csv' | 'txt'

const portionMax = 5_000

export const contentTypes: Record<Format, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
}

/**
 * Everything a search finds, newest first, in portions: neither side ever holds it whole. The end of the span is fixed,
 * so lines that come in meanwhile change nothing.
 */
export async function* download(
  ctx: RequestContext,
  query: string,
  { fromNs, toNs }: { fromNs: bigint; toNs: bigint },
  format: Format,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvOf([['timestamp', 'level', 'service', 'line', 'labels', 'metadata']])
  for (let end = toNs, offset = 0; ;) {
    const { rows, hasMore } = await ctx.platform.telemetry.logs.portion(
      { query, fromNs, toNs: end, direction: 'backward', limit: portionMax, offset, countMax: 0 },
      ctx.incoming.signal,
    )
    if (rows.length > 0) yield writers[format](rows)
    if (!hasMore || rows.length === 0) return
    const lastNs = rows.at(-1)!.timestampNs
    const atLast = rows.filter(({ timestampNs }) => timestampNs === lastNs).length
    // Goes on from the time of the last line, past those of that time which were sent already.
    offset = lastNs + 1n === end ? offset + atLast : atLast
    end = lastNs + 1n
  }
}

const isoNs = (timestampNs: bigint): string =>
  `${new Date(Number(timestampNs / 1_000_000n)).toISOString().slice(0, 19)}.${String(timestampNs % 1_000_000_000n).padStart(9, '0')}Z`

const writers: Record<Format, (rows: readonly LogRow[]) => string> = {
  ndjson: (rows) =>
    rows
      .map(
        ({ timestampNs, severity, service, line, labels, metadata = {} }) =>
          `${JSON.stringify({ timestamp: isoNs(timestampNs), level: severities[severity], service, line, labels, metadata })}\n`,
      )
      .join(''),
  csv: (rows) =>
    csvOf(
      rows.map(({ timestampNs, severity, service, line, labels, metadata = {} }) => [
        isoNs(timestampNs),
        severities[severity]!,
        service,
        line,
        JSON.stringify(labels),
        JSON.stringify(metadata),
      ]),
    ),
  txt: (rows) => rows.map(({ timestampNs, line }) => `${isoNs(timestampNs)} ${line}\n`).join(''),
}

/** What a spreadsheet would run as a formula is written so that it does not. */
const csvOf = (rows: readonly string[][]): string => stringify([...rows], { escape_formulas: true })

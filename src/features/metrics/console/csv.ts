import type { Lines, SeriesRow } from './lines.ts'

/** A spreadsheet would run what begins with these. */
const isFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))

function cell(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  const safe = isFormula(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const csv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')

/** A row for each time, a column for each series. */
export const csvOfLines = ({ times, lines }: Lines): string =>
  csv([
    ['time', ...lines.map(({ label }) => label)],
    ...times.map((at, index) => [new Date(at).toISOString(), ...lines.map(({ values }) => values[index] ?? null)]),
  ])

/** A row for each series, a column for each label. */
export function csvOfRows(rows: readonly SeriesRow[]): string {
  const names = [...new Set(rows.flatMap(({ metric }) => Object.keys(metric)))]
  return csv([
    [...names, 'value'],
    ...rows.map(({ metric, value }) => [...names.map((name) => metric[name] ?? ''), value]),
  ])
}

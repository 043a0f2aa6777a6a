import type * as z from 'zod'
import type { LogRow } from '#features/logs/contract.ts'
import { escapeControls } from '#platform/logging/escape.ts'
import type { Column } from '../table.ts'
import { bold, dim, drained, green, red, yellow, type Styled, type Terminal } from '../terminal.ts'

export type Row = z.output<typeof LogRow>

const levelLooks: Record<Row['severity'], (text: string) => Styled> = {
  unknown: dim,
  trace: dim,
  debug: dim,
  info: green,
  warn: yellow,
  error: red,
  critical: (text) => ({ style: ['bold', 'red'], text }),
}

const levelWidth = Math.max(...Object.keys(levelLooks).map((level) => level.length))

const columns: Column<Row>[] = [
  { title: 'TIME', of: ({ timestamp }) => timestamp },
  { title: 'LEVEL', of: ({ severity }) => severity },
  { title: 'SERVICE', of: ({ service }) => service },
  { title: 'LINE', of: ({ line }) => line },
]

/** Prints lines; resolves when there is room for more. */
export async function printRows(terminal: Terminal, rows: readonly Row[]): Promise<void> {
  const { json, plain } = terminal.options
  if (json) for (const row of rows) terminal.out(JSON.stringify(row))
  else if (plain) terminal.table(rows, columns)
  else for (const row of rows) printRow(terminal, row)
  await drained()
}

function printRow(terminal: Terminal, { timestamp, severity, service, line }: Row): void {
  const level = levelLooks[severity](severity.toUpperCase().padEnd(levelWidth))
  terminal.out(dim(timestamp), ' ', level, ' ', bold(escapeControls(service)), ' ', indented(line))
}

/** What a line brings of further lines stands behind its beginning, where it cannot pass for a line of its own. */
const indented = (line: string): string => line.trimEnd().split(/\r?\n/).map(escapeControls).join('\n    ')

import { compileExpression, labelsKey, valueTest } from '../../src/platform/telemetry/labels.ts'
import type { LinePredicate, LogRow, LogStore, LogStream } from '../../src/platform/telemetry/logs/logs.ts'

/** Lines in an array, for what only needs to read them. */
export function memoryLogs(streams: LogStream[]): Pick<LogStore, 'scan'> {
  const rows: LogRow[] = streams
    .flatMap(({ labels, entries }) =>
      entries.map((entry) => ({
        ...entry,
        labels,
        id: '',
        service: labels.service ?? '',
        severity: entry.severity ?? 0,
      })),
    )
    .toSorted((a, b) => Number(a.timestampNs - b.timestampNs) || (labelsKey(a.labels) < labelsKey(b.labels) ? -1 : 1))
  return {
    async *scan({ matchers = [], where, fromNs, toNs, direction }) {
      const tests = matchers.map((matcher) => ({ name: matcher.name, test: valueTest(matcher) }))
      const found = rows.filter(
        (row) =>
          row.timestampNs >= fromNs &&
          row.timestampNs < toNs &&
          tests.every(({ name, test }) => test(row.labels[name] ?? '')) &&
          (!where || fulfils(row.line, where)),
      )
      if (direction === 'backward') found.reverse()
      for (let at = 0; at < found.length; at += 7) yield found.slice(at, at + 7)
    },
  }
}

function fulfils(line: string, predicate: LinePredicate): boolean {
  switch (predicate.op) {
    case 'and':
      return predicate.of.every((each) => fulfils(line, each))
    case 'or':
      return predicate.of.some((each) => fulfils(line, each))
    case 'not':
      return !fulfils(line, predicate.of)
    case 'contains':
      return line.includes(predicate.text)
    case 'matches':
      return compileExpression(predicate.pattern).test(line)
    default:
      throw new Error(`${predicate.op} is not for lines alone`)
  }
}

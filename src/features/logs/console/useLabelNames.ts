import { useMemo } from 'react'
import { isGap } from './lines.ts'
import type { LogRow } from './queries.ts'
import { useHasLines, type ShownLines } from './useLines.ts'

const namesMax = 12
const sampleMax = 200

/** Names of labels that the lines have, as of the last answer or, where it was empty, of the first lines that came. */
export function useLabelNames({ lines, window }: ShownLines): readonly string[] {
  const hasLines = useHasLines(lines)
  return useMemo(() => {
    const answered = window?.rows.slice(-sampleMax) ?? []
    const rows =
      answered.length > 0 || !hasLines ? answered : lines.all().filter((item): item is LogRow => !isGap(item))
    return namesIn(rows.slice(-sampleMax))
  }, [lines, window, hasLines])
}

const namesIn = (rows: readonly LogRow[]): string[] =>
  [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))]
    .filter((name) => name !== 'service' && name !== 'service_name')
    .toSorted()
    .slice(0, namesMax)

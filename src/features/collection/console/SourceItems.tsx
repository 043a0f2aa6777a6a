import { formatBytes, formatNumber } from '#console/format.ts'
import type { LogSource } from './queries.ts'

/** Each file or container and how far it was read, on demand. */
export const SourceItems = ({ source, summary }: { source: LogSource; summary: string }) => (
  <details className="max-w-xl">
    <summary className="cursor-pointer rounded-sm text-link">{summary}</summary>
    <ul className="mt-1 flex flex-col gap-1 text-sm">
      {source.items.map(({ name, position, size_bytes }) => (
        <li key={name}>
          <span className="font-mono break-all">{name}</span>
          <span className="block break-all text-muted">{progressOf(position, size_bytes)}</span>
        </li>
      ))}
      {source.items_found > source.items.length && (
        <li className="text-muted">and {formatNumber(source.items_found - source.items.length)} more</li>
      )}
      {source.problems.map(({ name, problem }) => (
        <li key={name}>
          <span className="font-mono break-all">{name}</span>
          <span className="block break-words text-warn">{problem}</span>
        </li>
      ))}
    </ul>
  </details>
)

/** Of a file in bytes; elsewhere the position is a time or a mark of the sender. */
const progressOf = (position: string, sizeBytes: number | null): string =>
  sizeBytes === null ? position : `${formatBytes(Number(position))} of ${formatBytes(sizeBytes)}`

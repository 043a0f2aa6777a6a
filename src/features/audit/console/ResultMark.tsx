import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import type { AuditEntry } from './queries.ts'

type Result = AuditEntry['result']

export const resultWords: Record<Result, string> = { ok: 'Done', denied: 'Denied', failed: 'Failed' }

const levels: Record<Result, StatusLevel> = { ok: 'ok', denied: 'warn', failed: 'error' }

export const ResultMark = ({ result }: { result: Result }) => (
  <Status level={levels[result]} quiet={result === 'ok'}>
    {resultWords[result]}
  </Status>
)

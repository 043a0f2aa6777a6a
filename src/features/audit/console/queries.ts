import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call, urlOf } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { sinceIso, type AuditSearch } from './filters.ts'

export type AuditEntry = Reply<Api['GET /admin/logs/{seq}']>
export type Verification = Reply<Api['GET /admin/logs/verify']>

export const entriesPerPage = 50

/** What the API is asked for what the address says. */
const filterOf = ({ offset: _offset, since, from, ...same }: AuditSearch) => ({
  ...same,
  from: sinceIso(since, Date.now()) ?? from,
})

export const auditQuery = (search: AuditSearch) =>
  queryOptions({
    queryKey: ['audit', 'list', search],
    queryFn: ({ signal }) =>
      call('GET /admin/logs', { query: { ...filterOf(search), offset: search.offset, limit: entriesPerPage }, signal }),
    placeholderData: (before) => before,
  })

export const auditEntryQuery = (seq: string) =>
  queryOptions({
    queryKey: ['audit', 'one', seq],
    queryFn: ({ signal }) => call('GET /admin/logs/{seq}', { params: { seq }, signal }),
    // What is written is never changed.
    staleTime: Infinity,
  })

/** What the last check found; the server makes one when there was none. */
export const verificationQuery = queryOptions({
  queryKey: ['audit', 'verification'],
  queryFn: ({ signal }) => call('GET /admin/logs/verify', { query: { latest: 'true' }, signal }),
  staleTime: 60_000,
})

export async function verifyNow(): Promise<Verification> {
  const found = await call('GET /admin/logs/verify')
  queryClient.setQueryData(verificationQuery.queryKey, found)
  return found
}

/** Saves everything that matches, not the page only. */
export async function exportEntries(format: 'csv' | 'ndjson', search: AuditSearch): Promise<void> {
  // A download cannot renew a session that has run out; this call does.
  await call('GET /me')
  const route = format === 'csv' ? 'GET /admin/logs/export.csv' : 'GET /admin/logs/export.ndjson'
  const link = document.createElement('a')
  link.href = urlOf(route, { query: filterOf(search) })
  link.download = ''
  link.click()
}

import { integer, maybeOneOf, text, useSearch, type Param } from '#console/search.ts'

export const results = ['ok', 'denied', 'failed'] as const

/** How far back, by the word in the address. */
export const spans = { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' } as const

type Span = keyof typeof spans

const spanMs: Record<Span, number> = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
}

export const sinceIso = (since: Span | undefined, nowMs: number): string | undefined =>
  since && new Date(nowMs - spanMs[since]).toISOString()

/** Areas that actions belong to: each stands for all actions that begin with it. */
export const areas: [prefix: string, label: string][] = [
  ['user.', 'Users'],
  ['auth.', 'Logins and sessions'],
  ['mfa.', 'Second factors'],
  ['role.', 'Roles'],
  ['api-key.', 'API keys'],
  ['settings.', 'Settings'],
  ['project.', 'Projects'],
  ['message.', 'Messages'],
  ['process.', 'Processes'],
  ['cache.', 'Cache'],
  ['database.', 'Database'],
  ['backup.', 'Backups'],
  ['audit.', 'Audit log'],
]

/** As `text`, undefined where the address says nothing. */
const maybe = (): Param<string | undefined> => ({ read: (raw) => raw || undefined, write: (value) => value })

/** Everything in the address, by the names that the API has. */
const searchParams = {
  q: text(),
  action: maybe(),
  result: maybeOneOf(results),
  since: maybeOneOf(Object.keys(spans) as Span[]),
  from: maybe(),
  to: maybe(),
  actor: maybe(),
  target_kind: maybe(),
  target_id: maybe(),
  address: maybe(),
  request_id: maybe(),
  offset: integer(0),
}

export const useAuditSearch = () => useSearch(searchParams)

export type AuditSearch = ReturnType<typeof useAuditSearch>[0]

export const nothingFiltered: AuditSearch = {
  q: '',
  action: undefined,
  result: undefined,
  since: undefined,
  from: undefined,
  to: undefined,
  actor: undefined,
  target_kind: undefined,
  target_id: undefined,
  address: undefined,
  request_id: undefined,
  offset: 0,
}

export const isFiltered = (search: AuditSearch): boolean => Object.values({ ...search, offset: 0 }).some(Boolean)

import { X } from 'lucide-react'
import { formatDayAndMinutes } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { areas, results, spans, type AuditSearch } from './filters.ts'
import type { AuditEntry } from './queries.ts'
import { resultWords } from './ResultMark.tsx'

interface AuditFiltersProps {
  search: AuditSearch
  onChange: (change: Partial<AuditSearch>, options?: { replace: boolean }) => void
  /** To put names to the ids in the address. */
  entries: readonly AuditEntry[] | undefined
}

export function AuditFilters({ search, onChange, entries }: AuditFiltersProps) {
  const { q, action, result, since } = search
  const set = (change: Partial<AuditSearch>): void => onChange({ ...change, offset: 0 })
  const chosen = chipsOf(search, entries)
  return (
    <>
      <FilterBar
        q={q}
        onQ={(typed) => onChange({ q: typed, offset: 0 }, { replace: true })}
        placeholder="Filter by any text"
        filters={[
          {
            key: 'action',
            label: 'Area',
            single: true,
            options: areas.map(([value, label]) => ({ value, label })),
            value: areas.some(([prefix]) => prefix === action) ? [action!] : [],
            onChange: ([prefix]) => set({ action: prefix }),
          },
          {
            key: 'result',
            label: 'Result',
            single: true,
            options: results.map((value) => ({ value, label: resultWords[value] })),
            value: result ? [result] : [],
            onChange: ([value]) => set({ result: results.find((known) => known === value) }),
          },
          {
            key: 'since',
            label: 'Time',
            single: true,
            options: Object.entries(spans).map(([value, label]) => ({ value, label })),
            value: since ? [since] : [],
            onChange: ([value]) => set({ since: value as AuditSearch['since'], from: undefined, to: undefined }),
          },
        ]}
      />
      {chosen.length > 0 && (
        <ul aria-label="Filters" className="-mt-1 mb-3 flex flex-wrap gap-2">
          {chosen.map(({ name, label, value }) => (
            <li key={name} className="max-w-full">
              <Button size="sm" onClick={() => set({ [name]: undefined })} className="max-w-full">
                <span className="sr-only">Remove the filter</span>
                <span className="text-muted">{label}</span>
                <span className="truncate">{value}</span>
                <X size={12} aria-hidden="true" className="shrink-0" />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface Chip {
  name: keyof AuditSearch
  label: string
  value: string
}

/** What is filtered by besides what the bar shows itself, mostly out of a record's details. */
function chipsOf(search: AuditSearch, entries: readonly AuditEntry[] = []): Chip[] {
  const { actor, action, target_kind, target_id, address, request_id, from, to } = search
  const chips: [keyof AuditSearch, string, string | undefined][] = [
    ['actor', 'Actor', entries.find((entry) => entry.actor.id === actor)?.actor.label ?? actor],
    ['action', 'Action', areas.some(([prefix]) => prefix === action) ? undefined : action],
    ['target_kind', 'Kind of target', target_kind],
    ['target_id', 'Target', target_id],
    ['address', 'Address', address],
    ['request_id', 'Request', request_id],
    ['from', 'From', from && timeText(from)],
    ['to', 'Until', to && timeText(to)],
  ]
  return chips.flatMap(([name, label, value]) => (value === undefined ? [] : [{ name, label, value }]))
}

const timeText = (written: string): string =>
  Number.isNaN(Date.parse(written)) ? written : formatDayAndMinutes(written)

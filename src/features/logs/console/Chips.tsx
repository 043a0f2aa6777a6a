import { X } from 'lucide-react'
import type { FilterTerm } from '#kernel/logFilter/index.ts'
import { Button } from '#console/ui/Button.tsx'
import { termsOf, without } from './terms.ts'

interface ChipsProps {
  query: string
  onChange: (query: string) => void
}

/** The parts of the query one by one, each with its way out. Levels have their own switches. */
export function Chips({ query, onChange }: ChipsProps) {
  const terms = termsOf(query).filter(({ kind }) => kind !== 'level')
  if (terms.length === 0) return null
  return (
    <ul aria-label="Parts of the filter" className="flex min-w-0 flex-wrap items-center gap-1">
      {terms.map((term) => (
        <li key={term.from} className="max-w-full min-w-0">
          <Button size="sm" onClick={() => onChange(without(query, term))} className="max-w-72 font-mono !font-normal">
            <span className="truncate">
              <span className="sr-only">Remove </span>
              <Spelled term={term} query={query} />
            </span>
            <X size={12} aria-hidden="true" className="shrink-0 text-faint" />
          </Button>
        </li>
      ))}
    </ul>
  )
}

function Spelled({ term, query }: { term: FilterTerm; query: string }) {
  const inner = term.kind === 'not' ? term.of : term
  const written = query.slice(inner.from, inner.to)
  const [, name, value] = /^@?([\w.-]+):(.+)$/s.exec(written) ?? []
  const isNamed = inner.kind === 'service' || inner.kind === 'level' || inner.kind === 'label' || inner.kind === 'field'
  return (
    <>
      {term.kind === 'not' && <span className="font-sans text-muted">not </span>}
      {isNamed && name ? (
        <>
          <span className="text-muted">{name}: </span>
          {value}
        </>
      ) : (
        written
      )}
    </>
  )
}

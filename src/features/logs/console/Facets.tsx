import { useQuery } from '@tanstack/react-query'
import { ChevronRight, Minus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { formatShort } from '#console/format.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { facetQuery, servicesQuery, type Asked } from './queries.ts'
import { HowToSend } from './Recipes.tsx'
import { choose, chosenOf } from './terms.ts'

interface FacetsProps {
  asked: Asked
  query: string
  /** Labels that the lines have. */
  fields: readonly string[]
  onChange: (query: string) => void
}

/** What the lines can be narrowed to. Only services are asked for before somebody opens the others. */
export const Facets = ({ asked, query, fields, onChange }: FacetsProps) => (
  <nav aria-label="Narrow down" className="flex flex-col gap-1 overflow-y-auto">
    <Section title="Service" openAtFirst>
      <Services query={query} onChange={onChange} />
    </Section>
    {fields.map((field) => (
      <Section key={field} title={field}>
        <Values asked={asked} field={field} query={query} onChange={onChange} />
      </Section>
    ))}
    <HowToSend />
  </nav>
)

function Section({
  title,
  openAtFirst = false,
  children,
}: {
  title: string
  openAtFirst?: boolean
  children: ReactNode
}) {
  const [isOpen, setOpen] = useState(openAtFirst)
  return (
    <section aria-label={title}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex h-6 w-full items-center gap-1 rounded-sm text-sm font-medium text-muted hover:text-text max-md:h-9"
      >
        <ChevronRight size={12} aria-hidden="true" className={cx('shrink-0', isOpen && 'rotate-90')} />
        <span className="truncate">{title}</span>
      </button>
      {isOpen && children}
    </section>
  )
}

function Services({ query, onChange }: { query: string; onChange: (query: string) => void }) {
  const services = useQuery(servicesQuery)
  if (services.error)
    return <ErrorPanel error={services.error} what="the services" onRetry={() => void services.refetch()} />
  if (!services.data) return <Skeleton className="h-20" />
  const values = services.data.services
    .map(({ name, lines }) => ({ value: name, count: lines }))
    .toSorted((a, b) => b.count - a.count)
  return <ValueList field="service" values={values} query={query} onChange={onChange} />
}

function Values({
  asked,
  field,
  query,
  onChange,
}: { asked: Asked; field: string } & Pick<FacetsProps, 'query' | 'onChange'>) {
  const facet = useQuery(facetQuery(asked, field))
  if (facet.error) return <ErrorPanel error={facet.error} what={field} onRetry={() => void facet.refetch()} />
  if (!facet.data) return <Skeleton className="h-20" />
  return <ValueList field={field} values={facet.data.values} query={query} onChange={onChange} />
}

interface ValueListProps {
  field: string
  values: readonly { value: string; count: number }[]
  query: string
  onChange: (query: string) => void
}

function ValueList({ field, values, query, onChange }: ValueListProps) {
  const { included, excluded } = chosenOf(query, field)
  if (values.length === 0) return <p className="pl-4 text-sm text-faint">None in this range</p>
  return (
    <ul className="flex flex-col">
      {values.map(({ value, count }) => {
        const isIncluded = included.includes(value)
        const isExcluded = excluded.includes(value)
        return (
          <li key={value} className="group flex items-center gap-1 rounded-sm pl-4 hover:bg-hover">
            <button
              type="button"
              aria-pressed={isIncluded}
              onClick={() => onChange(choose(query, field, value, isIncluded ? 'neither' : 'include'))}
              className="flex h-6 min-w-0 flex-1 items-center gap-2 text-left text-sm max-md:h-9"
            >
              <span
                className={cx(
                  'min-w-0 flex-1 truncate',
                  isIncluded && 'font-medium text-link',
                  isExcluded && 'text-faint line-through',
                )}
              >
                {value === '' ? '(empty)' : value}
              </span>
              <span className="text-xs text-faint">{formatShort(count)}</span>
            </button>
            <IconButton
              icon={Minus}
              size="sm"
              label={isExcluded ? `Stop leaving out ${value}` : `Leave out ${value}`}
              aria-pressed={isExcluded}
              onClick={() => onChange(choose(query, field, value, isExcluded ? 'neither' : 'exclude'))}
              className="!size-5 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 aria-pressed:opacity-100 max-md:opacity-100"
            />
          </li>
        )
      })}
    </ul>
  )
}

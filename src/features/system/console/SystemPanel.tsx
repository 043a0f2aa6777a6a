import { useQuery } from '@tanstack/react-query'
import type { ComponentProps } from 'react'
import { areComing } from '#console/queryClient.ts'
import { CacheCard } from './CacheCard.tsx'
import { ComponentsCard } from './ComponentsCard.tsx'
import { DatabaseCard } from './DatabaseCard.tsx'
import { adminHealthQuery, cacheQuery, databaseQuery } from './queries.ts'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'

const coming: ComponentProps<typeof CardSkeletons>['rows'] = [
  { cards: 1, height: 294 },
  { cards: 2, height: 366 },
]

/** Health of every component, database and cache; for the settings and as a page. */
export function SystemPanel() {
  const health = useQuery(adminHealthQuery)
  const database = useQuery(databaseQuery)
  const cache = useQuery(cacheQuery)
  if (areComing(health, database, cache)) return <CardSkeletons rows={coming} />
  return (
    <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
      <ComponentsCard />
      <DatabaseCard />
      <CacheCard />
    </div>
  )
}

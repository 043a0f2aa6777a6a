import { useQuery } from '@tanstack/react-query'
import { areComing } from '#console/queryClient.ts'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { CacheCard } from './CacheCard.tsx'
import { ComponentsCard } from './ComponentsCard.tsx'
import { DatabaseCard } from './DatabaseCard.tsx'
import { adminHealthQuery, cacheQuery, databaseQuery } from './queries.ts'

/** Health of every component, database and cache; for the settings and as a page. */
export function SystemPanel() {
  const health = useQuery(adminHealthQuery)
  const database = useQuery(databaseQuery)
  const cache = useQuery(cacheQuery)
  if (areComing(health, database, cache)) return <Skeleton className="h-[80dvh]" />
  return (
    <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
      <ComponentsCard />
      <DatabaseCard />
      <CacheCard />
    </div>
  )
}

import { CacheCard } from './CacheCard.tsx'
import { ComponentsCard } from './ComponentsCard.tsx'
import { DatabaseCard } from './DatabaseCard.tsx'

/** Health of every component, database and cache; for the settings and as a page. */
export const SystemPanel = () => (
  <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
    <ComponentsCard />
    <DatabaseCard />
    <CacheCard />
  </div>
)

import { useQuery } from '@tanstack/react-query'
import { useCan } from '#console/me.ts'
import { runnersQuery } from '#features/sessions/console/index.ts'
import { completionsOf, type Completion } from './completions.ts'
import { verbsQuery } from './queries.ts'

/** What the line could become, of what the runners that are there allow. */
export function useCompletions(line: string): Completion[] {
  const known = useQuery(verbsQuery)
  const runners = useQuery({ ...runnersQuery, enabled: useCan()('sessions:read').ok })
  const modes = [...new Set(runners.data?.runners.flatMap((runner) => runner.modes))]
  return known.data ? completionsOf(line, { ...known.data, modes }) : []
}

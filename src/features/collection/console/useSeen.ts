import type { FetchQueryOptions } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, hasCode } from '#console/errors.ts'
import { queryClient } from '#console/queryClient.ts'

/**
 * A list as it was when the form opened; it is saved whole. Where somebody else saved meanwhile, the form is told so, and
 * the next attempt puts its one entry into what they left.
 */
export function useSeen<Data>(
  query: Pick<FetchQueryOptions<Data>, 'queryKey'>,
  read: () => Promise<Data>,
  first: Data,
): { seen: Data; isTheirs: boolean; saving: (entry: string, save: () => Promise<unknown>) => Promise<void> } {
  const [seen, setSeen] = useState(first)
  const [isTheirs, setTheirs] = useState(false)
  const saving = async (entry: string, save: () => Promise<unknown>): Promise<void> => {
    try {
      await save()
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) {
        setSeen(await read())
        setTheirs(true)
      }
      nameFields(error, entry)
      throw error
    }
    await queryClient.invalidateQueries(query)
  }
  return { seen, isTheirs, saving }
}

/** The form knows its fields by themselves: `url`, where the server says `targets.3.url`. */
function nameFields(error: unknown, entry: string): void {
  if (!(error instanceof ApiError)) return
  for (const told of error.fields) if (told.field.startsWith(entry)) told.field = told.field.slice(entry.length)
}

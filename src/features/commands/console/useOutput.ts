import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { call } from '#console/client.ts'
import { useLive } from '#console/live.ts'
import { queryClient } from '#console/queryClient.ts'
import { isNext, lastSeq, nothing, withPieces, type Output, type Piece } from './output.ts'
import type { Command } from './queries.ts'
import { isOver } from './words.ts'

const piecesMax = 1_000
/** Faster than this nobody reads. */
const flushMs = 100
const openEveryMs = 5_000

const outputKey = (id: string) => ['command-output', id] as const

/** Asked again it brings what came since. */
const outputQuery = (id: string) =>
  queryOptions({
    queryKey: outputKey(id),
    queryFn: async ({ signal }) => {
      let known = queryClient.getQueryData<Output>(outputKey(id)) ?? nothing
      let hasMore = true
      while (hasMore) {
        const page = await call('GET /commands/{command_id}/output', {
          params: { command_id: id },
          query: { after: lastSeq(known), limit: piecesMax },
          signal,
        })
        known = withPieces(known, page.output, page.truncated)
        hasMore = page.has_more
      }
      // What came live meanwhile is not asked for again.
      return withPieces(known, queryClient.getQueryData<Output>(outputKey(id))?.pieces ?? [])
    },
  })

/** What a command wrote, growing while it runs. For one command: its component has the id as key. */
export function useOutput({ id, status }: Command) {
  const known = useQuery({ ...outputQuery(id), refetchInterval: isOver(status) ? false : openEveryMs })
  const waiting = useRef<Piece[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const flush = (): void => {
    timer.current = undefined
    const came = waiting.current.splice(0)
    const shown = queryClient.getQueryData<Output>(outputKey(id))
    if (shown && isNext(shown, came)) queryClient.setQueryData<Output>(outputKey(id), withPieces(shown, came))
    else void queryClient.invalidateQueries({ queryKey: outputKey(id) })
  }
  useLive<Piece & { command_id: string }>('command-output', ({ data: { command_id, ...piece } }) => {
    if (command_id !== id) return
    waiting.current.push(piece)
    timer.current ??= setTimeout(flush, flushMs)
  })
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
      waiting.current = []
    },
    [],
  )
  // What was written last is told before the end is.
  useEffect(() => {
    if (isOver(status)) void queryClient.invalidateQueries({ queryKey: outputKey(id) })
  }, [id, status])
  return known
}

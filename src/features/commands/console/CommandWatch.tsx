import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setBadge } from '#console/badges.ts'
import { pb } from '#console/paths.ts'
import { approvalsQuery, useLiveCommands } from './queries.ts'

/** Knows on every page how many commands wait for this person to agree, for the badge. Nobody agrees to their own. */
export function CommandWatch() {
  const { data } = useQuery(approvalsQuery)
  const waiting = data?.commands.filter(({ can_approve }) => can_approve).length ?? 0
  useLiveCommands()
  useEffect(() => {
    setBadge(pb.commands(), waiting)
    return () => setBadge(pb.commands(), 0)
  }, [waiting])
  return null
}

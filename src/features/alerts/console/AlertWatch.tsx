import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setBadge } from '#console/badges.ts'
import { useLive } from '#console/live.ts'
import { pb } from '#console/paths.ts'
import { preferences } from '#console/preferences.ts'
import { queryClient } from '#console/queryClient.ts'
import { activeQuery, refreshAlerts, type Alert } from './queries.ts'
import { severityWords } from './words.ts'

interface Moved {
  action: string
  transitions: { firing: string[] } | null
}

/** Knows on every page what fires: for the badge, the title of the window and, where wanted, the desktop. */
export function AlertWatch() {
  const { data } = useQuery(activeQuery)
  const firing = data?.counts.firing ?? 0
  useLive<Moved>('alerts', async ({ data: { transitions } }) => {
    await refreshAlerts()
    if (transitions && transitions.firing.length > 0) tellDesktop(transitions.firing)
  })
  useEffect(() => {
    setBadge(pb.alerts(), firing)
    return () => setBadge(pb.alerts(), 0)
  }, [firing])
  return null
}

/** More at once are told as a number. */
const namedMax = 3

function tellDesktop(ids: readonly string[]): void {
  if (!preferences().desktopAlerts || !('Notification' in window) || Notification.permission !== 'granted') return
  const open = queryClient.getQueryData(activeQuery.queryKey)?.alerts ?? []
  const news = open.filter(({ id, state }) => state === 'firing' && ids.includes(id))
  if (news.length > namedMax) return notify(`${news.length} alerts fire`, '', 'many', pb.alerts())
  for (const alert of news) notify(titleOf(alert), alert.annotations['summary'] ?? '', alert.id, pb.alert(alert.id))
}

const titleOf = ({ severity, name }: Alert): string => `${severityWords[severity]}: ${name}`

/** With the same tag several open tabs show it once. */
function notify(title: string, body: string, tag: string, path: string): void {
  const shown = new Notification(title, { body, tag: `miktos-${tag}` })
  shown.addEventListener('click', () => {
    window.focus()
    location.assign(path)
  })
}

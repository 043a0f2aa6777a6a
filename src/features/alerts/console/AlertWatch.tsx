import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setBadge } from '#console/badges.ts'
import { useLive } from '#console/live.ts'
import { pb } from '#console/paths.ts'
import { preferences } from '#console/preferences.ts'
import { queryClient } from '#console/queryClient.ts'
import { soundFor } from './alertSound.ts'
import { silencedQuery } from './firing.ts'
import { activeQuery, refreshAlerts, type Alert } from './queries.ts'
import { severityWords } from './words.ts'

interface Moved {
  action: string
  transitions: { firing: string[] } | null
}

/** Knows on every page what fires: for the badge, the title of the window and, where wanted, the desktop and the ear. */
export function AlertWatch() {
  const { data } = useQuery(activeQuery)
  const firing = data?.counts.firing ?? 0
  useLive<Moved>('alerts', async ({ data: { transitions } }) => {
    await refreshAlerts()
    if (transitions && transitions.firing.length > 0) await tell(transitions.firing)
  })
  useEffect(() => {
    setBadge(pb.alerts(), firing)
    return () => setBadge(pb.alerts(), 0)
  }, [firing])
  return null
}

/** More at once are told as a number. */
const namedMax = 3

/** Not of what is silenced: nobody wants to hear of that. */
async function tell(ids: readonly string[]): Promise<void> {
  const { desktopAlerts, alertSound } = preferences()
  if (!desktopAlerts && alertSound === 'off') return
  const open = queryClient.getQueryData(activeQuery.queryKey)?.alerts ?? []
  const begun = open.filter(({ id, state }) => state === 'firing' && ids.includes(id))
  if (begun.length === 0) return
  const silenced = await queryClient.fetchQuery({ ...silencedQuery, staleTime: 0 })
  const news = begun.filter(({ id }) => !silenced.includes(id))
  if (desktopAlerts) tellDesktop(news)
  await soundFor(news)
}

function tellDesktop(news: readonly Alert[]): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
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

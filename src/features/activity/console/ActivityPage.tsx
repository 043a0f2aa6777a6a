import { useQuery } from '@tanstack/react-query'
import { areComing } from '#console/queryClient.ts'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { ActiveNow } from './ActiveNow.tsx'
import { ActivityFrame } from './ActivityFrame.tsx'
import { Endpoint } from './Endpoint.tsx'
import { PersonLink } from './PersonLink.tsx'
import { activeQuery, overviewQuery, rankingQuery, trafficQuery } from './queries.ts'
import { inWords, useRange } from './range.ts'
import { RankList } from './RankList.tsx'
import { TrafficCards } from './TrafficCards.tsx'
import { TrafficTiles } from './TrafficTiles.tsx'
import { TrendsCard } from './TrendsCard.tsx'

export default function ActivityPage() {
  const { days } = useRange()
  const traffic = useQuery(trafficQuery(days))
  const active = useQuery(activeQuery)
  const summary = useQuery(overviewQuery(days))
  const ranking = useQuery(rankingQuery({ days, sort: 'calls', offset: 0, limit: 6 }))
  if (areComing(traffic, active, summary, ranking)) {
    return (
      <ActivityFrame>
        <CardSkeletons
          rows={[
            { cards: 4, height: 82 },
            { cards: 2, height: 254 },
            { cards: 1, height: 260 },
          ]}
        />
      </ActivityFrame>
    )
  }
  const overview = summary.data
  const users = ranking.data?.users
  const byType = overview?.activity_by_type
  return (
    <ActivityFrame>
      <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
        {traffic.data ? (
          <>
            <TrafficTiles
              traffic={traffic.data}
              online={active.data?.users_online}
              logins={byType && { good: byType.login, failed: byType.login_failed }}
            />
            <TrafficCards traffic={traffic.data} days={days} />
          </>
        ) : (
          traffic.error && (
            <div className="col-span-full">
              <ErrorPanel error={traffic.error} what="traffic" onRetry={() => void traffic.refetch()} />
            </div>
          )
        )}
        <ActiveNow />
        <Card title="Most active users">
          {users?.length === 0 ? (
            <EmptyState kind="none" title={`Nobody did anything in ${inWords(days)}`} />
          ) : (
            <RankList
              label="Most active users"
              ranked={(users ?? []).map((user) => ({
                key: user.user_id,
                name: <PersonLink person={user} />,
                count: user.calls,
              }))}
            />
          )}
        </Card>
        <Card title="Most used endpoints">
          {overview?.popular_endpoints.length === 0 ? (
            <EmptyState kind="none" title={`Nothing was called in ${inWords(days)}`} />
          ) : (
            <RankList
              label="Most used endpoints"
              ranked={(overview?.popular_endpoints ?? []).map(({ endpoint, access_count }) => ({
                key: endpoint,
                name: <Endpoint path={endpoint} />,
                count: access_count,
              }))}
            />
          )}
        </Card>
        <TrendsCard />
      </div>
    </ActivityFrame>
  )
}

import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { activityEndpoints } from './contract.ts'
import { createFeed } from './live.ts'
import { fromPublished, fromRequest } from './observe.ts'
import { createRecorder } from './recorder.ts'
import { startRetention } from './retention.ts'
import { activityHandlers } from './routes.ts'
import { activityMigrations, type ActivityEvent } from './store.ts'

export { emptyEvent } from './observe.ts'
export type { ActivityEvent } from './store.ts'
export { forgetActivity, insertActivity } from './write.ts'

export interface Activity {
  feature: Feature
  /** Takes down what somebody did; it is stored within a second, away from the request. */
  record(event: ActivityEvent): void
  /** Resolves when what was recorded so far is stored. */
  settle(): Promise<void>
}

export function createActivity(): Activity {
  const recorder = createRecorder()
  const feed = createFeed()
  const record = (event: ActivityEvent): void => {
    recorder.record(event)
    feed.see(event)
  }
  return {
    record,
    settle: () => recorder.flush(),
    feature: feature({
      name: 'activity',
      migrations: activityMigrations,
      endpoints: activityEndpoints,
      handlers: activityHandlers(recorder),
      start: (platform, server) => {
        const apiPrefix = platform.config.get('api_prefix')
        const stops = [recorder.start(platform), feed.start(platform), startRetention(platform)]
        server.onFinished((request) => {
          const event = fromRequest(request, apiPrefix)
          if (event) record(event)
        })
        const unsubscribe = platform.events.subscribe('*', (published) => {
          const event = fromPublished(published)
          if (event) record(event)
        })
        return stopEach([...stops, unsubscribe])
      },
    }),
  }
}

import { feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { undelivered } from '#platform/outbox.ts'
import { startSampling } from '#platform/metrics/sampling.ts'
import { registerChecks } from './checks.ts'
import { probeEndpoints, systemEndpoints } from './contract.ts'
import { registerOwnMetrics } from './ownMetrics.ts'
import { probeHandlers, systemHandlers } from './routes.ts'
import { declareTopics, publishSample, startEventsTopic, startHealthTopic, startMetricsUpdate } from './topics.ts'

export { clearCache, modelCachePrefix } from './cache.ts'
export { sizeBytes } from './database.ts'

export const systemFeature = feature({
  name: 'system',
  endpoints: { ...probeEndpoints, ...systemEndpoints },
  handlers: { ...probeHandlers, ...systemHandlers },
  start: (platform, server, connections) => {
    declareTopics(platform)
    registerChecks(platform, connections)
    registerOwnMetrics(platform, connections)
    server.onFinished(platform.metrics.observeRequest)
    const watched = (): boolean => platform.live.watchers('metrics') + platform.live.watchers('performance_metric') > 0
    const stops = [
      startSampling(platform, watched, (at, sample) => publishSample(platform, at, sample)),
      startHealthTopic(platform, connections),
      startEventsTopic(platform),
      startMetricsUpdate(platform),
      platform.load.add('queue_size', () => undelivered(platform)),
    ]
    return stopEach(stops)
  },
})

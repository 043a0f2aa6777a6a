import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { sessionsEndpoints } from './contract.ts'
import { sessionMessages } from './messages.ts'
import { sessionHandlers } from './routes.ts'
import { createRunners, type Runners } from './runners.ts'
import { sessionMigrations } from './store.ts'
import { declareSessionTopic, startSessionTopic } from './topics.ts'
import { startWatch } from './watch.ts'

export { storedText } from './contract.ts'
export { appendEvent } from './events.ts'
export { activeByRunner } from './list.ts'
export { graceMs, isConnected, type ConnectedRunner, type Runners } from './runners.ts'
export { applyChanges, findSession, requireMove } from './sessions.ts'
export { isActive, nextStatuses as nextSessionStatuses, type SessionStatus } from './status.ts'
export type { RunnerRow, SessionRow } from './store.ts'
export { publishSession } from './topics.ts'

/** Automation sessions, and the programs elsewhere that are at work on them. */
export function createSessions(): { feature: Feature; runners: Runners } {
  const runners = createRunners()
  return {
    runners,
    feature: feature({
      name: 'sessions',
      migrations: sessionMigrations,
      endpoints: sessionsEndpoints,
      handlers: sessionHandlers,
      messages: () => sessionMessages(runners),
      start: (platform) => {
        declareSessionTopic(platform)
        return stopEach([startSessionTopic(platform), startWatch(platform, runners), runners.start(platform)])
      },
    }),
  }
}

import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import type { Runners } from '../sessions/index.ts'
import { clientMessages } from './clientMessages.ts'
import { commandsEndpoints } from './contract.ts'
import { createDelivery } from './deliver.ts'
import { startRetention } from './retention.ts'
import { commandHandlers } from './routes.ts'
import { runnerMessages } from './runnerMessages.ts'
import { commandMigrations, countQueued } from './store.ts'
import { declareCommandTopics, startCommandTopics } from './topics.ts'

/** What people and programs have runners do, and how it went. */
export const createCommands = (runners: Runners): Feature =>
  feature({
    name: 'commands',
    migrations: commandMigrations,
    endpoints: commandsEndpoints,
    handlers: commandHandlers,
    messages: () => [...clientMessages(), ...runnerMessages(runners)],
    start: (platform) => {
      declareCommandTopics(platform)
      return stopEach([
        startCommandTopics(platform),
        createDelivery(platform, runners).start(),
        startRetention(platform),
        platform.load.add('queue_size', () => countQueued(platform.database.read)),
      ])
    },
  })

import type { Config } from '../config/config.ts'
import type { Policy } from './permitted.ts'

type Allowed = Omit<Policy, 'lookup'>

/** For what people enter at run time: what is private only where it is listed, and never Miktos itself. */
export const enteredAtRunTime = (config: Config): Allowed => ({
  allow: () => config.get('outbound_allow'),
  ownPorts: () => [config.get('server_port')],
})

/** For what whoever runs this server names in its configuration: private networks too, but nothing that is never called. */
export const namedInConfiguration: Allowed = { allow: () => ['0.0.0.0/0', '::/0'], ownPorts: () => [] }

import { minuteMs, secondMs } from '#kernel/time.ts'
import type { Activity } from '#features/activity/index.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { seeded } from './random.ts'
import { callersOf } from './sample.ts'
import { sampleCall, sampleLogin, type Caller } from './traffic.ts'

const callEveryMs = 2 * secondMs
/** How long somebody stays before another takes over. */
const visitMs = 20 * minuteMs

/** Goes on with what the sample users do, a call every two seconds, so that live views have something to show. */
export function startTrickle(
  { database, config, now }: Platform,
  { record }: Activity,
  onError: (error: unknown) => void,
): Stop {
  const apiPrefix = config.get('api_prefix')
  const random = seeded(now())
  const sessions = new Map<string, { id: string; until: number }>()

  const sessionOf = (caller: Caller): string => {
    const known = sessions.get(caller.id)
    if (known && known.until > now()) return known.id
    const session = { id: `demo-${caller.id}-${now()}`, until: now() + visitMs }
    sessions.set(caller.id, session)
    record(sampleLogin(caller, session.id, now()))
    return session.id
  }

  const step = async (): Promise<void> => {
    const users = await database.read
      .selectFrom('users')
      .select(['id', 'username', 'state'])
      .where('demo', '=', 1)
      .execute()
    const projects = await database.read
      .selectFrom('projects')
      .select(['id', 'owner_id'])
      .where('demo', '=', 1)
      .execute()
    const callers = callersOf(users, projects)
    if (callers.length === 0) return
    const caller = random.pick(callers)
    record(sampleCall(caller, sessionOf(caller), now(), apiPrefix, random))
  }

  const timer = setInterval(() => void step().catch(onError), callEveryMs)
  return () => clearInterval(timer)
}

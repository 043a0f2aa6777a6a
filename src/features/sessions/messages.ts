import * as z from 'zod'
import { secondMs } from '#kernel/time.ts'
import { clientMessage, type ClientMessage } from '#platform/realtime/messages.ts'
import type { SessionRow } from './store.ts'
import { claimSession, reportSession, resumeSessions, sessionReport } from './report.ts'
import { graceMs, heartbeatEveryMs, runnerHello, type Runners } from './runners.ts'
import { tellFigures } from './topics.ts'

/** What a runner may say; see docs/runner.md. */
export const sessionMessages = (runners: Runners): ClientMessage[] => [
  clientMessage({
    name: 'runner_hello',
    access: 'runners:write',
    data: runnerHello,
    handle: async (ctx, hello, peer) => {
      const runner = await runners.connect(ctx, hello, peer)
      const sessions = await resumeSessions(runner, hello.sessions)
      return {
        runner_id: runner.id,
        heartbeat_seconds: heartbeatEveryMs / secondMs,
        grace_seconds: graceMs / secondMs,
        sessions: sessions.map(task),
      }
    },
  }),
  clientMessage({
    name: 'runner_heartbeat',
    access: 'runners:write',
    data: z.strictObject({}).default({}),
    handle: (ctx, _nothing, peer) => {
      runners.ofPeer(peer).heardAt = ctx.now()
      return {}
    },
  }),
  clientMessage({
    name: 'session_claim',
    access: 'runners:write',
    data: z.strictObject({ session_id: z.string().max(128) }),
    handle: async (_ctx, { session_id }, peer) => task(await claimSession(runners.ofPeer(peer), session_id)),
  }),
  clientMessage({
    name: 'session_report',
    access: 'runners:write',
    data: sessionReport,
    handle: async (ctx, report, peer) => {
      const runner = runners.ofPeer(peer)
      runner.heardAt = ctx.now()
      const session = await reportSession(runner, report)
      await tellFigures(ctx.platform, session.id)
      return task(session)
    },
  }),
]

/** A session as a runner is told of it. */
const task = ({ id, name, server, status, mode }: SessionRow) => ({ session_id: id, name, server, status, mode })

import type { Activity } from '#features/activity/index.ts'
import { feature, type Feature, type Handlers } from '#platform/http/endpoints.ts'
import type { Stop } from '#platform/platform.ts'
import { demoEndpoints } from './contract.ts'
import { addDemo, countDemo, removeDemo } from './demo.ts'
import { startTrickle } from './trickle.ts'

/** Labelled sample users, projects and traffic for whoever looks at Miktos for the first time. */
export const createDemo = (activity: Activity): Feature =>
  feature({
    name: 'demo',
    endpoints: demoEndpoints,
    handlers: demoHandlers(activity),
    start: (platform) => {
      if (!platform.config.get('demo')) return () => undefined
      const log = platform.log.child({ component: 'demo' })
      let stopTrickle: Stop | undefined
      // The sample takes about a second to write, for which nobody has to wait.
      const added = addDemo(platform).then(
        () => {
          stopTrickle = startTrickle(platform, activity, (error) => log.warn({ err: error }, 'sample traffic paused'))
        },
        (error: unknown) => log.error({ err: error }, 'sample data was not added'),
      )
      return async () => {
        await added
        await stopTrickle?.()
      }
    },
  })

const demoHandlers = (activity: Activity): Handlers<typeof demoEndpoints> => ({
  get: async (ctx) => ({ enabled: ctx.platform.config.get('demo'), ...(await countDemo(ctx.db)) }),
  remove: async (ctx) => {
    const { users, projects } = await removeDemo(ctx, activity)
    return {
      success: true,
      message: `${users} sample users and ${projects} sample projects deleted`,
      users_removed: users,
      projects_removed: projects,
    }
  },
})

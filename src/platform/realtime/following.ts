import { AppError } from '#kernel/errors.ts'
import type { Context } from '../context.ts'
import type { Live, LiveMessage } from './live.ts'

const topicsMax = 50

/** The topics that one connection follows. */
export interface Following {
  /** Why it may not, or undefined when it does from now on. */
  follow(ctx: Context, name: string): AppError | undefined
  unfollow(name: string): void
  names(): string[]
  /** Whether the connection is to get this message. */
  wants(ctx: Context, message: LiveMessage): boolean
  /** Leaves what `ctx` no longer allows. */
  recheck(ctx: Context): void
  end(): void
}

export function createFollowing(live: Live): Following {
  const unwatch = new Map<string, () => void>()

  const unfollow = (name: string): void => {
    unwatch.get(name)?.()
    unwatch.delete(name)
  }

  const whyNot = (ctx: Context, name: string): AppError | undefined => {
    const topic = live.find(name)
    if (!topic) return new AppError('RESOURCE_NOT_FOUND', `There is no topic ${name}`)
    return refusal(() => ctx.require(topic.access))
  }

  return {
    follow: (ctx, name) => {
      const no = whyNot(ctx, name)
      if (no || unwatch.has(name)) return no
      if (unwatch.size >= topicsMax) return new AppError('RATE_LIMITED', `More than ${topicsMax} topics`)
      return refusal(() => unwatch.set(name, live.watch(name)))
    },
    unfollow,
    names: () => [...unwatch.keys()],
    wants: (ctx, { topic, data }) => {
      if (!unwatch.has(topic)) return false
      const visible = live.find(topic)?.visible
      return !visible || visible(data as never, ctx)
    },
    recheck: (ctx) => {
      for (const name of unwatch.keys()) if (whyNot(ctx, name)) unfollow(name)
    },
    end: () => {
      for (const name of unwatch.keys()) unfollow(name)
    },
  }
}

function refusal(attempt: () => unknown): AppError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

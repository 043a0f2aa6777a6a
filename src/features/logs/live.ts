import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import type { Platform } from '#platform/platform.ts'

const rest = z.object({ query: z.string().max(5_000) })

/**
 * `logs.tail:{"query":"level:error"}` publishes `{rows, dropped, total}` as lines are stored. `total` counts every line
 * so far, also the dropped ones: a reader who missed messages sees how many lines were in them.
 */
export function declareTail({ live, telemetry, log }: Platform): void {
  live.declareFamily('logs.tail:', {
    access: 'logs:read',
    start: (text, publish) => {
      const { query } = parse(text)
      let total = 0
      let stop = (): void => undefined
      const follow = (): void => {
        stop = telemetry.logs.tail(
          query,
          ({ rows, dropped }) => {
            total += rows.length + dropped
            publish({ rows, dropped, total })
          },
          (error) => {
            if (error instanceof AppError && error.status === 400)
              return publish({ error: error.message, details: error.details })
            log.warn({ component: 'logs', err: error }, 'a tail ended and goes on')
            // The store that ended it is starting again.
            const timer = setTimeout(follow, 1_000)
            stop = () => clearTimeout(timer)
          },
        )
      }
      follow()
      return () => stop()
    },
  })
}

function parse(text: string): z.output<typeof rest> {
  try {
    return rest.parse(JSON.parse(text))
  } catch {
    throw new AppError('VALIDATION_FAILED', 'Write logs.tail:{"query":"…"}')
  }
}

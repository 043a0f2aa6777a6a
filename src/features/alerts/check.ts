import { minuteMs, secondMs } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'
import type { Evaluator } from './evaluation/evaluator.ts'

/** Rules may be a little late: a store that starts takes some seconds. */
const lateMs = minuteMs

/** The evaluation of alert rules as a component of its own. */
export function registerCheck({ health, now }: Platform, evaluator: Evaluator): void {
  health.register('alerts', async () => {
    const { leads, rules, broken, failing, evaluatedAt, behindMs, clockWentBack } = evaluator.state()
    if (!leads) return { status: 'ok', details: 'Another server evaluates alert rules' }
    const figures = { rules, broken, failing }
    if (clockWentBack)
      return { status: 'degraded', details: 'The clock went back; alert rules wait until it is where it was', figures }
    if (behindMs > lateMs)
      return { status: 'degraded', details: `Alert rules are ${Math.round(behindMs / secondMs)} s late`, figures }
    if (broken > 0) return { status: 'degraded', details: `${broken} alert rules cannot be read`, figures }
    const last = evaluatedAt === null ? 'not evaluated yet' : `last evaluated ${ago(now() - evaluatedAt)} ago`
    return { status: 'ok', details: `${rules} rules, ${last}`, figures }
  })
}

const ago = (ms: number): string => `${Math.max(0, Math.round(ms / secondMs))} s`

import { minuteMs, secondMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import { createLease, type Lease } from '#platform/jobs/lease.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { noTransitions } from '../life/transitions.ts'
import { endAlertsOf } from '../life/end.ts'
import { endUnreported, resolveTimeoutMs } from '../life/report.ts'
import type { AlertRow } from '../store.ts'
import type { Evaluation } from '../view.ts'
import { setClockBack } from './clock.ts'
import { commit, storeProgress, type Decided } from './commit.ts'
import { failedAnswer, type Answer, type Job } from './engines/engine.ts'
import { enginesOf, laneOf, type Lane } from './lanes.ts'
import { everyRule, load } from './load.ts'
import { evaluationMetrics } from './metrics.ts'
import { dueTimes, nextDue } from './schedule.ts'
import { decide, listeningSince, type Resumption, type Track } from './track.ts'

const tickMs = secondMs
/** Rules and alerts are read again so often even if nobody said that they changed. */
const reloadMs = minuteMs
const progressMs = minuteMs
/** Alerts of other systems that are no longer reported. */
const sweepMs = 5 * secondMs
/** After a failure of a whole lane. */
const pauseMs = 5 * secondMs
const origin = { requestId: null, address: null, userAgent: null }

/** A rule that is due, with the times for which it is. */
type Due = Job & { track: Track; missed: number }

export interface EvaluatorState {
  /** Whether this server evaluates. */
  leads: boolean
  rules: number
  broken: number
  failing: number
  /** Of the newest evaluation. */
  evaluatedAt: number | null
  /** How far the rule that waits longest is behind. */
  behindMs: number
  clockWentBack: boolean
}

/** What is away comes back, and can then be asked about the times at which it was. */
const isToBeMadeUpFor = ({ active }: Due, { isAway }: Answer): boolean =>
  isAway === true && active.terms.onError === 'keep'

/** Evaluates all rules, on one server at a time. */
export class Evaluator {
  readonly #platform: Platform
  readonly #ctx: Context
  readonly #lease: Lease
  readonly #clockPatienceMs: number
  /** Whoever could not send while nobody was there comes back within so long; what was missed is evaluated then. */
  readonly #arrivalMs: number
  readonly #engines: ReturnType<typeof enginesOf>
  readonly #metrics: ReturnType<typeof evaluationMetrics>
  readonly #ending = new AbortController()
  readonly #running = new Map<Lane, Promise<void>>()
  readonly #pausedUntil = new Map<Lane, number>()
  #tracks = new Map<string, Track>()
  #broken = 0
  #resumption: Resumption | undefined
  /** Why what is known here may differ from what is stored. */
  #isStale = true
  #loadedAt = -Infinity
  #progressAt = -Infinity
  #resumedAt = -Infinity
  /** When it was first seen that this server can be sent to. */
  #reachedAt: number | undefined
  #sweptAt = -Infinity
  #backSince: number | undefined

  constructor(
    platform: Platform,
    { clockPatienceMs = 5 * minuteMs, arrivalMs = 2 * secondMs, lease = createLease(platform, 'alerts') } = {},
  ) {
    this.#platform = platform
    this.#clockPatienceMs = clockPatienceMs
    this.#arrivalMs = arrivalMs
    this.#lease = lease
    this.#ctx = new Context(platform, systemActor('alerts', 'Alert rules', []), origin)
    this.#engines = enginesOf(platform, (rule) => listeningSince(rule, this.#resumption!))
    this.#metrics = evaluationMetrics(platform.metrics.registry)
  }

  start(): Stop {
    const { log } = this.#platform
    const stopLease = this.#lease.start()
    const unsubscribe = this.listen()
    let ticking = Promise.resolve()
    let isTicking = false
    const timer = setInterval(() => {
      if (isTicking) return
      isTicking = true
      ticking = this.#begin()
        .catch((error: unknown) => {
          this.#isStale = true
          this.#failed(error, 'alert rules were not evaluated')
        })
        .finally(() => (isTicking = false))
    }, tickMs)
    return async () => {
      clearInterval(timer)
      unsubscribe()
      this.#ending.abort(new Error('Miktos stops'))
      await ticking
      await Promise.all(this.#running.values())
      if (this.#lease.held && !this.#isStale && this.#resumption)
        await this.#progress(this.#platform.now()).catch((error: unknown) => log.warn({ err: error }, 'not stored'))
      await stopLease()
    }
  }

  /** Hears of what people change: it is read anew before the next evaluation. */
  listen(): () => void {
    return this.#platform.events.subscribe('alert.*', ({ topic }) => {
      if (topic !== 'alert.evaluate') this.#isStale = true
    })
  }

  /** Evaluates what is due, and resolves when that is stored. */
  async tick(): Promise<void> {
    await this.#begin()
    await Promise.all(this.#running.values())
  }

  evaluation(ruleId: string): Evaluation | undefined {
    return this.#resumption && this.#tracks.get(ruleId)?.latest
  }

  state(): EvaluatorState {
    const now = this.#platform.now()
    const tracks = [...this.#tracks.values()]
    const waiting = tracks.map(({ active, evaluatedAt }) => now - nextDue(evaluatedAt, active.timing))
    const newest = Math.max(0, ...tracks.map(({ latest }) => latest?.at ?? 0))
    return {
      leads: this.#lease.held,
      rules: tracks.length,
      broken: this.#broken,
      failing: tracks.filter(({ latest }) => typeof latest?.error === 'string').length,
      evaluatedAt: newest === 0 ? null : newest,
      behindMs: Math.max(0, ...waiting),
      clockWentBack: this.#backSince !== undefined,
    }
  }

  /** Begins the lanes in which something is due and nothing runs. */
  async #begin(): Promise<void> {
    if (!this.#lease.held) return this.#forget()
    if (this.#isStale || performance.now() - this.#loadedAt > reloadMs) await this.#load()
    const now = this.#platform.now()
    if (this.#isArriving() || (await this.#isClockBack(now))) return
    const due = [...this.#tracks.values()].flatMap((track) => this.#dueOf(track, now))
    for (const [lane, jobs] of Map.groupBy(due, ({ track }) => laneOf(track))) this.#run(lane, jobs)
    if (performance.now() - this.#progressAt > progressMs) await this.#progress(now)
    if (performance.now() - this.#sweptAt > sweepMs) await this.#sweep(now)
  }

  /** What senders held back may not be here yet: what is evaluated now would be evaluated without it. */
  #isArriving(): boolean {
    const { ready, draining } = this.#platform.lifecycle
    if (ready || draining) this.#reachedAt ??= performance.now()
    if (this.#reachedAt === undefined) return true
    return performance.now() - Math.max(this.#reachedAt, this.#resumedAt) < this.#arrivalMs
  }

  /** Whoever reports alerts could not, while Miktos did not run: that is no sign that they are over. */
  async #sweep(now: number): Promise<void> {
    this.#sweptAt = performance.now()
    const { at, gapMs } = this.#resumption!
    if (gapMs <= resolveTimeoutMs || now >= at + resolveTimeoutMs) await endUnreported(this.#ctx, this.#lease)
  }

  /** Another server evaluates now. */
  #forget(): void {
    this.#resumption = undefined
    this.#isStale = true
    this.#tracks = new Map()
  }

  /** What is being evaluated just now stays as it is, and is read again when that is done: a slow store holds up nobody. */
  async #load(): Promise<void> {
    const now = this.#platform.now()
    const busy = new Map([...this.#tracks].filter(([, track]) => this.#running.has(laneOf(track))))
    this.#isStale = busy.size > 0
    const loaded = await load(this.#platform.database.read, this.#resumption ? this.#tracks : new Map(), now)
    this.#tracks = new Map([...loaded.tracks].map(([id, track]) => [id, busy.get(id) ?? track]))
    this.#broken = loaded.broken
    if (!this.#resumption) this.#resumedAt = performance.now()
    this.#resumption ??= { at: now, gapMs: loaded.evaluatedAt === null ? Infinity : now - loaded.evaluatedAt }
    this.#loadedAt = performance.now()
    if (loaded.orphans.length > 0) await this.#endOrphans(loaded.orphans, now)
  }

  /** A rule was switched off between the evaluation that opened them and its commit. */
  async #endOrphans(orphans: readonly AlertRow[], at: number): Promise<void> {
    await this.#ctx.change('alert.evaluate', { kind: 'alert', id: 'rules' }, async (tx, note) => {
      await this.#lease.fence(tx)
      const resolved: string[] = []
      for (const id of new Set(orphans.map(({ rule_id }) => rule_id)))
        if (id !== null) resolved.push(...(await endAlertsOf(tx, id, { at, by: null, resolution: 'rule disabled' })))
      note.event = { transitions: { ...noTransitions(), resolved } }
    })
  }

  #dueOf(track: Track, now: number): Due[] {
    const lane = laneOf(track)
    if (this.#running.has(lane) || performance.now() < (this.#pausedUntil.get(lane) ?? 0)) return []
    const { times, missed } = dueTimes(track.evaluatedAt, now, track.active.timing)
    return times.length > 0 ? [{ active: track.active, track, times, missed }] : []
  }

  #run(lane: Lane, due: readonly Due[]): void {
    const work = this.#evaluate(lane, due)
      .catch((error: unknown) => {
        // What was decided is not stored, so it is read and decided again.
        this.#isStale = true
        this.#failed(error, 'what alert rules found was not stored')
      })
      .finally(() => this.#running.delete(lane))
    this.#running.set(lane, work)
  }

  async #evaluate(lane: Lane, due: readonly Due[]): Promise<void> {
    const answers = await this.#ask(lane, due)
    if (this.#ending.signal.aborted) return
    const decided: (Decided & Pick<Track, 'knownAt' | 'latest'> & { missed: number })[] = []
    for (const [index, job] of due.entries()) {
      const answer = answers[index]!
      this.#observe(job, answer)
      if (isToBeMadeUpFor(job, answer)) this.#postpone(lane, job, answer)
      else
        decided.push({
          track: job.track,
          missed: job.missed,
          ...decide(job.track, job.times, answer, this.#resumption!),
        })
    }
    await commit(this.#ctx, this.#lease, decided)
    for (const { track, error, missed, ...standing } of decided) {
      if (missed > 0) this.#metrics.missed.inc(missed)
      track.book.settle()
      Object.assign(track, standing, { storedError: error })
    }
  }

  /** An engine that does not answer at all answers none of those who asked. */
  async #ask(lane: Lane, due: readonly Due[]): Promise<Answer[]> {
    try {
      return await this.#engines[lane](due, this.#ending.signal)
    } catch (error) {
      this.#failed(error, 'alert rules could not be evaluated')
      const message = error instanceof Error ? error.message : String(error)
      return due.map((job) => ({ ...failedAnswer(job, message, 0), isAway: true }))
    }
  }

  #postpone(lane: Lane, { track, times }: Due, { outcomes, tookMs }: Answer): void {
    const outcome = outcomes.at(-1)!
    const error = outcome.kind === 'failed' ? outcome.message : null
    track.latest = { at: times.at(-1)!, tookMs, error, noData: false }
    this.#pausedUntil.set(lane, performance.now() + pauseMs)
  }

  #observe({ active, times }: Due, { outcomes, tookMs }: Answer): void {
    const { type } = active.rule.condition
    this.#metrics.duration.observe({ type }, tookMs / times.length / secondMs)
    if (outcomes.some(({ kind }) => kind === 'failed')) this.#metrics.failures.inc({ type })
  }

  /** Stores values that changed, and up to when all rules were evaluated. */
  async #progress(now: number): Promise<void> {
    this.#progressAt = performance.now()
    const tracks = [...this.#tracks.values()]
    const at = Math.min(now, ...tracks.map(({ active, evaluatedAt }) => nextDue(evaluatedAt, active.timing) - 1))
    const stale = tracks.flatMap(({ book }) => book.stale())
    await storeProgress(this.#platform.database, this.#lease, stale, { rule: everyRule, at })
    for (const entry of stale) {
      entry.isStale = false
      entry.row.updated_at = at
    }
  }

  /**
   * While the clock shows a time of which all is decided already, nothing is: nobody can say what was false. Where it
   * stays so, the clock was wrong before, and what is stored of it is brought to the time that it shows.
   */
  async #isClockBack(now: number): Promise<boolean> {
    const newest = Math.max(0, ...[...this.#tracks.values()].map(({ evaluatedAt }) => evaluatedAt))
    if (now >= newest - tickMs) {
      this.#backSince = undefined
      return false
    }
    this.#backSince ??= performance.now()
    if (performance.now() - this.#backSince < this.#clockPatienceMs) return true
    await setClockBack(this.#platform.database, this.#lease, now)
    this.#forget()
    this.#backSince = undefined
    return true
  }

  #failed(error: unknown, message: string): void {
    if (this.#ending.signal.aborted) return
    this.#platform.log.child({ component: 'alerts' }).warn({ err: error }, message)
  }
}

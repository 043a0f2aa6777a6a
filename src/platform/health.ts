/** `degraded`: works, but not as it should; `down`: does not work. */
export type HealthStatus = 'ok' | 'degraded' | 'down'

export interface HealthReport {
  name: string
  status: HealthStatus
  /** A sentence for people: `Connected to SQLite at …`. */
  details: string
  latency_ms: number | null
  /** Further figures of the component, `{connected_clients: 3}`. */
  figures?: Record<string, number>
}

export type HealthCheck = () => Promise<Omit<HealthReport, 'name' | 'latency_ms'> & { latency_ms?: number }>

/** How old an answer may be: many ask at once, and a check costs more than an answer. */
export const healthMaxAgeMs = 1_000

/** The one registry of component checks; each view maps these words onto its own. */
export interface HealthChecks {
  /** Adds a component. Only components that exist here are registered, so only those are ever listed. */
  register(name: string, check: HealthCheck): void
  /** Every component, checked now or at most `maxAgeMs` ago; a check that throws or takes too long reads `down`. */
  run(): Promise<HealthReport[]>
}

const rank: Record<HealthStatus, number> = { ok: 0, degraded: 1, down: 2 }

/** The worst of them; `ok` when there are none. */
export const overall = (reports: HealthReport[]): HealthStatus =>
  reports.reduce<HealthStatus>((worst, { status }) => (rank[status] > rank[worst] ? status : worst), 'ok')

export function healthChecks({ timeoutMs = 1_500, maxAgeMs = healthMaxAgeMs, now = Date.now } = {}): HealthChecks {
  const checks = new Map<string, HealthCheck>()
  let latest: { at: number; reports: Promise<HealthReport[]> } | undefined

  return {
    register: (name, check) => void checks.set(name, check),
    run: () => {
      if (!latest || now() - latest.at > maxAgeMs) {
        latest = { at: now(), reports: Promise.all([...checks].map(([name, check]) => report(name, check, timeoutMs))) }
      }
      return latest.reports
    },
  }
}

async function report(name: string, check: HealthCheck, timeoutMs: number): Promise<HealthReport> {
  const startedAt = performance.now()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    const { latency_ms = performance.now() - startedAt, ...rest } = await Promise.race([check(), late])
    return { name, latency_ms: Math.round(latency_ms * 10) / 10, ...rest }
  } catch (error) {
    return { name, status: 'down', details: error instanceof Error ? error.message : String(error), latency_ms: null }
  } finally {
    clearTimeout(timer)
  }
}

/** How bad it is; upper-case only where somebody else's protocol says so. */
export const severities = ['info', 'warning', 'error', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Moves only forward: `pending` until it has lasted as long as the rule says, `resolved` for good. */
export const alertStates = ['pending', 'firing', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof alertStates)[number]

/** One thing that is, or was, wrong: what a rule found for one set of labels. Times are milliseconds since 1970. */
export interface Alert {
  id: string
  /** Null for what another system reported, and where the rule was deleted. */
  rule_id: string | null
  /** `rule`, or who reported it: `alertmanager`. */
  source: string
  /** Of rule and labels: the same for every occurrence. */
  fingerprint: string
  name: string
  severity: Severity
  state: AlertState
  labels: Record<string, string>
  annotations: Record<string, string>
  value: number | null
  threshold: number | null
  /** What shows the cause: an address within the console, or elsewhere. */
  generator_url: string
  pending_at: number
  fired_at: number | null
  acknowledged_at: number | null
  acknowledged_by: string | null
  resolved_at: number | null
  /** Null where it went away by itself. */
  resolved_by: string | null
  /** Why it ended: `recovered`, `no data`, `rule deleted`, `by hand`, `not reported any more`. */
  resolution: string | null
  note: string | null
  updated_at: number
}

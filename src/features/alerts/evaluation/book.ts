import { newId } from '#kernel/id.ts'
import { minuteMs } from '#kernel/time.ts'
import { noTransitions, type Transitions } from '../life/transitions.ts'
import { graphOf } from '../rules/expression.ts'
import type { AlertHistoryRow, AlertRow } from '../store.ts'
import { render } from '../templates.ts'
import type { ActiveRule } from './active.ts'
import { problemFingerprint, type Move, type Sample } from './evaluate.ts'

/** An alert as it is to be stored. */
export interface Entry {
  row: AlertRow
  /** The state that is stored; null where it is not. */
  stored: AlertRow['state'] | null
  isChanged: boolean
  /** The value alone differs from what is stored. */
  isStale: boolean
}

/** Values of alerts that fire are stored so often at most. */
const valueEveryMs = minuteMs
const textMax = 5_000

/** The open alerts of one rule, and what is not stored of them yet. */
export class Book {
  readonly #open = new Map<string, Entry>()
  #closed: Entry[] = []
  #history: Omit<AlertHistoryRow, 'id'>[] = []
  #transitions = noTransitions()

  constructor(open: readonly AlertRow[]) {
    for (const row of open)
      this.#open.set(keyOf(row), { row: { ...row }, stored: row.state, isChanged: false, isStale: false })
  }

  /** As `evaluate` takes them. */
  open(): AlertRow[] {
    return [...this.#open.values()].map(({ row }) =>
      isProblem(row) ? { ...row, fingerprint: problemFingerprint } : row,
    )
  }

  take(rule: ActiveRule, moves: readonly Move[], at: number): void {
    for (const move of moves) this.#take(rule, move, at)
  }

  #take(rule: ActiveRule, move: Move, at: number): void {
    if (move.move === 'open') return this.#begin(rule, move.state, move.sample, at)
    const entry = this.#open.get(move.fingerprint)!
    switch (move.move) {
      case 'fire':
        this.#change(entry, at, { state: 'firing', fired_at: at, ...told(rule, move.sample) })
        return this.#tell(entry, 'firing', at)
      case 'restart':
        return this.#change(entry, at, { pending_at: at })
      case 'recover':
        return this.#change(entry, at, { recovering_since: at })
      case 'relapse':
        return this.#change(entry, at, { recovering_since: null })
      case 'value':
        entry.row.value = stored(move.sample.value)
        entry.isStale ||= at - entry.row.updated_at >= valueEveryMs
        return
      case 'resolve':
        this.#change(entry, at, { state: 'resolved', resolved_at: at, resolution: move.resolution, open_key: null })
        this.#open.delete(move.fingerprint)
        this.#closed.push(entry)
        return this.#tell(entry, 'resolved', at, move.resolution)
    }
  }

  #begin(rule: ActiveRule, state: 'pending' | 'firing', sample: Sample, at: number): void {
    const row = rowOf(rule, state, sample, at)
    const entry: Entry = { row, stored: null, isChanged: true, isStale: false }
    this.#open.set(sample.fingerprint, entry)
    this.#tell(entry, state, at)
  }

  #change(entry: Entry, at: number, changes: Partial<AlertRow>): void {
    Object.assign(entry.row, changes, { updated_at: at })
    entry.isChanged = true
  }

  #tell({ row }: Entry, what: keyof Transitions, at: number, detail = ''): void {
    this.#history.push({ alert_id: row.id, at, what, by: null, detail })
    this.#transitions[what].push(row.id)
  }

  /** What is to be stored now. */
  pending(): { entries: Entry[]; history: Omit<AlertHistoryRow, 'id'>[]; transitions: Transitions } {
    const entries = [...this.#closed, ...this.#open.values()].filter(({ isChanged }) => isChanged)
    return { entries, history: this.#history, transitions: this.#transitions }
  }

  /** Alerts of which only the value is to be stored. */
  stale(): Entry[] {
    return [...this.#open.values()].filter(({ isStale }) => isStale)
  }

  /** It is stored. */
  settle(): void {
    for (const entry of this.#open.values()) Object.assign(entry, { stored: entry.row.state, isChanged: false })
    this.#closed = []
    this.#history = []
    this.#transitions = noTransitions()
  }
}

/** The alert that there is no data, or no evaluation, has labels that no series has. */
const isProblem = (row: AlertRow): boolean => row.fingerprint.endsWith(`:${problemFingerprint}`)
const keyOf = (row: AlertRow): string => (isProblem(row) ? problemFingerprint : row.fingerprint)

function rowOf(active: ActiveRule, state: 'pending' | 'firing', sample: Sample, at: number): AlertRow {
  const { id, rule, terms } = active
  const fingerprint = sample.fingerprint === problemFingerprint ? `${id}:${problemFingerprint}` : sample.fingerprint
  return {
    id: newId(),
    rule_id: id,
    source: 'rule',
    fingerprint,
    name: rule.name,
    severity: rule.severity,
    state,
    labels_json: JSON.stringify(labelsOf(active, sample)),
    ...told(active, sample),
    threshold: terms.limit?.threshold ?? sample.facts?.['baseline'] ?? null,
    generator_url: generatorUrl(active),
    pending_at: at,
    fired_at: state === 'firing' ? at : null,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    resolution: null,
    note: null,
    updated_at: at,
    open_key: `rule:${fingerprint}`,
    recovering_since: null,
    ends_at: null,
  }
}

const labelsOf = ({ rule }: ActiveRule, { labels }: Sample): Record<string, string> => ({
  ...labels,
  ...Object.fromEntries(
    Object.entries(rule.labels).map(([name, text]) => [name, render(text, { labels, value: null, threshold: null })]),
  ),
  alertname: rule.name,
  severity: rule.severity,
})

function told(
  { rule, terms }: ActiveRule,
  { labels, value, facts }: Sample,
): Pick<AlertRow, 'value' | 'annotations_json'> {
  const subject = { labels, value, threshold: terms.limit?.threshold ?? null, name: rule.name, ...facts }
  const texts = Object.entries(rule.annotations).map(([name, text]) => [name, render(text, subject).slice(0, textMax)])
  const evidence = Object.entries(facts ?? {}).map(([name, fact]) => [name, String(Number(fact.toPrecision(6)))])
  return {
    value: stored(value),
    annotations_json: JSON.stringify({ ...Object.fromEntries(evidence), ...Object.fromEntries(texts) }),
  }
}

/** NaN and infinities are no numbers of SQL. */
const stored = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)

function generatorUrl({ id, rule }: ActiveRule): string {
  const graph = graphOf(rule.condition)
  return graph ? `/explore?q=${encodeURIComponent(graph)}` : `/alerts/rules/${encodeURIComponent(id)}`
}

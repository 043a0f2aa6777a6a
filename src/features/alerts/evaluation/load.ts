import type { ReadDb } from '#platform/database/database.ts'
import { allRules } from '../rules/known.ts'
import type { AlertRow } from '../store.ts'
import { activeRule, type ActiveRule } from './active.ts'
import { Book } from './book.ts'
import type { Track } from './track.ts'

/** Stands for all rules in the table of standings. */
export const everyRule = '*'

export interface Loaded {
  tracks: Map<string, Track>
  /** Up to when all rules were evaluated; null where none ever was. */
  evaluatedAt: number | null
  /** Open alerts of rules that are gone, or switched off. */
  orphans: AlertRow[]
  broken: number
}

/** Rules, their open alerts and how far they have come, as they are stored or, where that is more, as `before` says. */
export async function load(db: ReadDb, before: ReadonlyMap<string, Track>, now: number): Promise<Loaded> {
  const [rules, open, standings] = await Promise.all([
    allRules(db),
    db.selectFrom('alerts').selectAll().where('open_key', 'is not', null).where('source', '=', 'rule').execute(),
    db.selectFrom('alert_standings').selectAll().execute(),
  ])
  const byRule = Map.groupBy(open, ({ rule_id }) => rule_id)
  const stored = new Map(standings.map((standing) => [standing.rule_id, standing]))
  const evaluatedAt = stored.get(everyRule)?.evaluated_at ?? null
  const tracks = new Map<string, Track>()
  for (const rule of rules) {
    const active = activeRule(rule)
    if (!active) continue
    const book = new Book(byRule.get(rule.id) ?? [])
    const came = Math.max(
      stored.get(rule.id)?.evaluated_at ?? 0,
      evaluatedAt ?? 0,
      before.get(rule.id)?.evaluatedAt ?? 0,
    )
    const track = {
      active,
      book,
      storedError: stored.get(rule.id)?.error ?? null,
      evaluatedAt: from(active, came, now),
    }
    tracks.set(rule.id, { ...track, ...continued(track.evaluatedAt, before.get(rule.id)) })
  }
  const kept = new Set(rules.filter(({ enabled }) => enabled).map(({ id }) => id))
  return {
    tracks,
    evaluatedAt,
    orphans: open.filter(({ rule_id }) => rule_id === null || !kept.has(rule_id)),
    broken: rules.filter(({ rule }) => rule === null).length,
  }
}

/** What is new begins at the next time that it is due. */
function from({ version, updatedAt }: ActiveRule, came: number, now: number): number {
  const madeAt = Math.min(updatedAt, now)
  return came === 0 || version === 1 ? Math.max(came, madeAt) : came
}

const continued = (evaluatedAt: number, before: Track | undefined): Pick<Track, 'knownAt' | 'latest'> => ({
  knownAt: Math.max(evaluatedAt, before?.knownAt ?? 0),
  latest: before?.latest,
})

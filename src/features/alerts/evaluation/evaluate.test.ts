import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { ruleDefaults, type Rule } from '../rule.ts'
import { activeRule, sampleOf, termsOf, type ActiveRule } from './active.ts'
import { Book } from './book.ts'
import { evaluate, toleratedGapMs, type Move, type Outcome, type Terms } from './evaluate.ts'

const startAt = 1_795_000_000_000
const everyMs = 15 * secondMs

const above: Terms = {
  limit: { operator: 'above', threshold: 80, recovery: 80 },
  forMs: 0,
  keepFiringMs: 0,
  gapMsMax: toleratedGapMs,
  noData: 'ok',
  onError: 'keep',
}

const found = (...values: number[]): Outcome => ({
  kind: 'samples',
  samples: values.map((value, index) => sampleOf('r', { series: String(index) }, value)),
})
const nothing: Outcome = { kind: 'nothing' }
const failed: Outcome = { kind: 'failed', message: 'away' }
const unknown: Outcome = { kind: 'unknown' }

const rule = activeRule({
  id: 'r',
  name: 'rule',
  version: 1,
  created_at: 0,
  updated_at: 0,
  updated_by: '',
  builtin: false,
  enabled: true,
  problem: null,
  rule: { ...ruleDefaults, name: 'rule', condition: { type: 'promql', expr: 'up' } },
})!

/** Plays outcomes one interval apart; each move as `<step> <move>`. */
function play(terms: Partial<Terms>, outcomes: readonly Outcome[]): string[] {
  const told: string[] = []
  run({ ...above, ...terms }, outcomes, (moves, step) => {
    for (const move of moves) if (move.move !== 'value') told.push(`${step} ${nameOf(move)}`)
  })
  return told
}

const nameOf = (move: Move): string => (move.move === 'open' ? move.state : move.move)

function run(
  terms: Terms,
  outcomes: readonly Outcome[],
  see: (moves: Move[], step: number, book: Book) => void,
  timeOf = (step: number) => startAt + step * everyMs,
): void {
  const book = new Book([])
  const active: ActiveRule = { ...rule, terms }
  let knownAt = timeOf(0)
  for (const [step, outcome] of outcomes.entries()) {
    const at = timeOf(step)
    const moves = evaluate(terms, book.open(), outcome, { at, knownAt })
    see(moves, step, book)
    book.take(active, moves, at)
    if (outcome.kind === 'samples' || outcome.kind === 'nothing') knownAt = at
  }
}

describe('how alerts move', () => {
  const cases: [what: string, terms: Partial<Terms>, outcomes: Outcome[], moves: string[]][] = [
    ['fires at once without a time to last', {}, [found(90), found(95), found(80)], ['0 firing', '2 resolve']],
    ['does not count the threshold itself', {}, [found(80)], []],
    [
      'fires when it has lasted exactly as long as asked, not before',
      { forMs: 2 * everyMs },
      [found(90), found(90), found(90), found(0)],
      ['0 pending', '2 fire', '3 resolve'],
    ],
    [
      'begins anew when it was over in between',
      { forMs: 2 * everyMs },
      [found(90), found(0), found(90), found(90), found(90)],
      ['0 pending', '1 resolve', '2 pending', '4 fire'],
    ],
    [
      'ends only when it is back beyond the recovery threshold, and is not begun there',
      { limit: { operator: 'above', threshold: 80, recovery: 70 } },
      [found(75), found(90), found(75), found(71), found(70), found(75)],
      ['1 firing', '4 resolve'],
    ],
    [
      'is not helped over its time by the recovery threshold',
      { limit: { operator: 'above', threshold: 80, recovery: 70 }, forMs: everyMs },
      [found(90), found(75), found(90), found(90)],
      ['0 pending', '1 resolve', '2 pending', '3 fire'],
    ],
    [
      'goes on for a while after it is over, and relapses without a second alert',
      { keepFiringMs: 2 * everyMs },
      [found(90), found(0), found(90), found(0), found(0), found(0)],
      ['0 firing', '1 recover', '2 relapse', '3 recover', '5 resolve'],
    ],
    ['ends when there is no data any more', {}, [found(90), nothing], ['0 firing', '1 resolve']],
    ['stays without data where that is asked', { noData: 'keep' }, [found(90), nothing, found(90)], ['0 firing']],
    [
      'tells that there is no data where that is asked, and keeps what it knew',
      { noData: 'alert' },
      [found(90), nothing, nothing, found(90)],
      ['0 firing', '1 firing', '3 resolve'],
    ],
    ['stays while it cannot be evaluated', {}, [found(90), failed, unknown, found(90)], ['0 firing']],
    [
      'tells that it cannot be evaluated where that is asked',
      { onError: 'alert', forMs: everyMs },
      [failed, failed, found(1)],
      ['0 pending', '1 fire', '2 resolve'],
    ],
    ['is one alert for every series', {}, [found(90, 91), found(90, 1)], ['0 firing', '0 firing', '1 resolve']],
    ['takes no number for nothing too much', {}, [found(Number.NaN), found(Infinity)], ['1 firing']],
    [
      'counts whatever is found where there is no threshold',
      { limit: null },
      [found(0), found(Number.NaN), found()],
      ['0 firing', '2 resolve'],
    ],
  ]
  for (const [what, terms, outcomes, moves] of cases) {
    test(what, () => assert.deepEqual(play(terms, outcomes), moves))
  }

  test('what was pending before a long time of which nothing is known has to last anew', () => {
    const terms = { ...above, forMs: minuteMs }
    const told: string[] = []
    const times = [0, secondMs, 20 * minuteMs, 20 * minuteMs + minuteMs - 1, 21 * minuteMs]
    run(
      terms,
      times.map(() => found(90)),
      (moves, step) =>
        told.push(...moves.filter(({ move }) => move !== 'value').map((move) => `${step} ${nameOf(move)}`)),
      (step) => startAt + times[step]!,
    )
    assert.deepEqual(told, ['0 pending', '2 restart', '4 fire'])
  })

  test('a rule that is evaluated seldom fires all the same', () => {
    const hourly: Rule = { ...rule.rule, interval_seconds: 3_600, for_seconds: 3_600 }
    const told: string[] = []
    run(
      termsOf(hourly),
      [found(1), found(1)],
      (moves, step) => told.push(...moves.map((move) => `${step} ${nameOf(move)}`)),
      (step) => startAt + step * hourMs,
    )
    assert.deepEqual(told, ['0 pending', '1 fire'])
  })
})

const anyTerms = fc.record({
  limit: fc.option(
    fc.record({
      operator: fc.constantFrom('above' as const, 'below' as const),
      threshold: fc.constant(50),
      recovery: fc.constantFrom(40, 50, 60),
    }),
  ),
  forMs: fc.integer({ min: 0, max: 5 }).map((steps) => steps * everyMs),
  keepFiringMs: fc.integer({ min: 0, max: 4 }).map((steps) => steps * everyMs),
  gapMsMax: fc.constant(toleratedGapMs),
  noData: fc.constantFrom('ok' as const, 'alert' as const, 'keep' as const),
  onError: fc.constantFrom('keep' as const, 'alert' as const),
})

const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(fc.integer({ min: 30, max: 70 }), { maxLength: 3 }).map((values) => found(...values)),
  },
  { weight: 1, arbitrary: fc.constantFrom(nothing, failed, unknown) },
)
const anyOutcomes = fc.array(anyOutcome, { minLength: 1, maxLength: 60 })

describe('whatever happens', () => {
  const legal: Record<string, readonly Move['move'][]> = {
    pending: ['fire', 'restart', 'value', 'resolve'],
    firing: ['recover', 'relapse', 'value', 'resolve'],
  }

  test('every move is legal, and each series has one open alert at most', () => {
    fc.assert(
      fc.property(anyTerms, anyOutcomes, (terms, outcomes) => {
        run(terms, outcomes, (moves, _step, book) => {
          const open = new Map(book.open().map((alert) => [alert.fingerprint, alert]))
          for (const move of moves) {
            const alert = open.get(move.fingerprint)
            if (move.move === 'open') assert.equal(alert, undefined)
            else assert.ok(legal[alert!.state]!.includes(move.move), `${move.move} of ${alert!.state}`)
          }
          const names = moves.map(({ move, fingerprint }) => `${move} ${fingerprint}`)
          assert.equal(new Set(names).size, names.length)
        })
      }),
    )
  })

  test('nothing fires before it has lasted, and everything that has lasted fires', () => {
    fc.assert(
      fc.property(anyTerms, anyOutcomes, (terms, outcomes) => {
        run(terms, outcomes, (moves, step, book) => {
          const at = startAt + step * everyMs
          for (const { fingerprint, pending_at, state } of book.open()) {
            const mine = moves.filter((move) => move.fingerprint === fingerprint).map(({ move }) => move)
            const lasted = at - pending_at >= terms.forMs
            if (mine.includes('fire')) assert.ok(lasted)
            else if (state === 'pending' && lasted && outcomes[step]!.kind === 'samples')
              assert.ok(mine.includes('resolve') || mine.includes('restart'), `${mine}`)
          }
        })
      }),
    )
  })

  test('a clock that goes back moves nothing that is of later', () => {
    fc.assert(
      fc.property(
        anyTerms,
        anyOutcomes,
        anyOutcome,
        fc.integer({ min: 1, max: 1e7 }),
        (terms, outcomes, late, backMs) => {
          run(terms, outcomes, (_moves, step, book) => {
            const open = book.open()
            const at = startAt + step * everyMs - backMs
            const ofLater = new Set(
              open.filter(({ pending_at }) => pending_at > at).map(({ fingerprint }) => fingerprint),
            )
            const moves = evaluate(terms, open, late, { at })
            assert.ok(moves.every(({ fingerprint }) => !ofLater.has(fingerprint)))
          })
        },
      ),
    )
  })

  test('playing in one go and stopping after any step come to the same', () => {
    fc.assert(
      fc.property(anyTerms, anyOutcomes, fc.nat(), (terms, outcomes, stop) => {
        const all: string[] = []
        run(terms, outcomes, (moves, step) => all.push(...moves.map((move) => `${step} ${nameOf(move)}`)))
        const parts: string[] = []
        const active: ActiveRule = { ...rule, terms }
        let book = new Book([])
        let knownAt = startAt
        for (const [step, outcome] of outcomes.entries()) {
          // As after a restart: nothing is known but the rows.
          if (step === stop % outcomes.length) book = new Book(book.open().map((row) => reread(row)))
          const at = startAt + step * everyMs
          const moves = evaluate(terms, book.open(), outcome, { at, knownAt })
          parts.push(...moves.map((move) => `${step} ${nameOf(move)}`))
          book.take(active, moves, at)
          if (outcome.kind === 'samples' || outcome.kind === 'nothing') knownAt = at
        }
        assert.deepEqual(parts, all)
      }),
    )
  })
})

const reread = <T extends { fingerprint: string }>(row: T): T => ({
  ...row,
  fingerprint: row.fingerprint === 'problem' ? 'r:problem' : row.fingerprint,
})

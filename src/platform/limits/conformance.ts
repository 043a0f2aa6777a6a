import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import type { RateLimiter } from './limits.ts'

const minuteMs = 60_000

/** What every rate limiter does; `open` gives one that has counted nothing. */
export function limitsConformance(
  name: string,
  open: () => Promise<{ limiter: RateLimiter; advance?: (ms: number) => void }>,
): void {
  describe(`rate limits: ${name}`, () => {
    test('allows the limit and not one more, and says what is left', async () => {
      const { limiter } = await open()
      for (let left = 4; left >= 0; left--) {
        const { allowed, limit, remaining, resetMs } = await limiter.consume('general', 'ann', 5, minuteMs)
        assert.deepEqual({ allowed, limit, remaining }, { allowed: true, limit: 5, remaining: left })
        assert.ok(resetMs > minuteMs - 5_000 && resetMs <= minuteMs, String(resetMs))
      }
      const { allowed, remaining } = await limiter.consume('general', 'ann', 5, minuteMs)
      assert.deepEqual({ allowed, remaining }, { allowed: false, remaining: 0 })
    })

    test('allows exactly the limit when all come at once', async () => {
      const { limiter } = await open()
      const answers = await Promise.all(
        Array.from({ length: 300 }, async () => limiter.consume('general', 'ann', 100, minuteMs)),
      )
      assert.equal(answers.filter(({ allowed }) => allowed).length, 100)
    })

    test('counts every key and every class by itself, whatever signs are in the key', async () => {
      const { limiter } = await open()
      for (const rateClass of ['general', 'logs']) {
        for (const key of ['ann', 'bob', 'ann:', '*', '::1', 'ä\n']) {
          assert.equal((await limiter.consume(rateClass, key, 1, minuteMs)).allowed, true, `${rateClass} ${key}`)
          assert.equal((await limiter.consume(rateClass, key, 1, minuteMs)).allowed, false, `${rateClass} ${key}`)
        }
      }
    })

    test('begins anew when the window is over', async () => {
      const { limiter, advance } = await open()
      assert.equal((await limiter.consume('general', 'ann', 1, 1_000)).allowed, true)
      assert.equal((await limiter.consume('general', 'ann', 1, 1_000)).allowed, false)
      advance?.(1_001)
      await until('allowed again', async () => (await limiter.consume('general', 'ann', 1, 1_000)).allowed, 2_000)
      assert.equal((await limiter.consume('general', 'ann', 1, 1_000)).allowed, false)
    })

    test('keeps the count when the limit changes', async () => {
      const { limiter } = await open()
      for (let call = 0; call < 10; call++) await limiter.consume('general', 'ann', 10, minuteMs)
      assert.equal((await limiter.consume('general', 'ann', 10, minuteMs)).allowed, false)
      assert.deepEqual(pick(await limiter.consume('general', 'ann', 20, minuteMs)), { allowed: true, remaining: 8 })
      assert.deepEqual(pick(await limiter.consume('general', 'ann', 5, minuteMs)), { allowed: false, remaining: 0 })
    })

    test('counts several points at once, and with none only looks', async () => {
      const { limiter } = await open()
      assert.deepEqual(pick(await limiter.consume('auth', 'ann', 10, minuteMs, 0)), { allowed: true, remaining: 10 })
      assert.deepEqual(pick(await limiter.consume('auth', 'ann', 10, minuteMs, 7)), { allowed: true, remaining: 3 })
      assert.deepEqual(pick(await limiter.consume('auth', 'ann', 10, minuteMs, 0)), { allowed: true, remaining: 3 })
      assert.equal((await limiter.consume('auth', 'ann', 10, minuteMs, 4)).allowed, false)
    })
  })
}

const pick = ({ allowed, remaining }: { allowed: boolean; remaining: number }) => ({ allowed, remaining })

import { limitsConformance } from './conformance.ts'
import { memoryRateLimiter } from './memory.ts'

limitsConformance('memory', async () => {
  let now = 0
  return { limiter: memoryRateLimiter({ now: () => now }), advance: (ms) => void (now += ms) }
})

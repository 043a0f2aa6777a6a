import { logsConformance } from '../conformance.ts'
import type { LogStore } from '../logs.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openEmbeddedLogs } from './embedded.ts'

const nowMs = Date.UTC(2026, 10, 22, 12, 30)
const options = { now: () => nowMs, retentionMs: 7 * 86_400_000, bytesMax: 1e9 }

logsConformance('embedded, lines in the head', async () => ({
  store: await openEmbeddedLogs({ dir: temporaryFolder(), ...options }),
  nowMs,
}))

logsConformance('embedded, every batch sealed into small blocks', async () => {
  const sizes = { blockLines: 16, frameBytes: 200 }
  const store = await openEmbeddedLogs({ dir: temporaryFolder(), ...options, ...sizes })
  const sealing: LogStore = {
    ...store,
    append: async (batch) => {
      const answer = await store.append(batch)
      await store.seal()
      return answer
    },
  }
  return { store: sealing, nowMs }
})

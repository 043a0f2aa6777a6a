import { openEmbeddedLogs } from '../index.ts'

/**
 * Appends batches to a store until it is killed, and tells its parent what has been acknowledged. It begins with the
 * batches of which its predecessor may not have heard, as a sender does that got no answer.
 */
const [dir, sent, now] = process.argv.slice(2) as [string, string, string]
const nowMs = Number(now)
const repeated = 8
const together = 4

const store = await openEmbeddedLogs({
  dir,
  now: () => nowMs,
  retentionMs: 86_400_000 * 7,
  bytesMax: 1e9,
  headLines: 60,
  blockLines: 16,
  frameBytes: 300,
})

async function append(batch: number): Promise<void> {
  process.send!({ began: batch })
  const entries = [0, 1, 2, 3, 4].map((line) => ({
    // Some of yesterday: a batch then goes into two files.
    timestampNs: BigInt(nowMs - (line === 4 ? 86_400_000 : 0) - 1_000 + batch) * 1_000_000n + BigInt(line),
    line: `batch ${batch} line ${line}`,
  }))
  const labels = { service_name: `s${batch % 3}` }
  await store.append({ id: `batch-${batch}`, streams: [{ labels, entries }] })
  process.send!({ stored: batch })
}

for (let batch = Math.max(0, Number(sent) - repeated); ; batch += together) {
  await Promise.all(Array.from({ length: together }, (_, index) => append(batch + index)))
}

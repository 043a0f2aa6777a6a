import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { LogBatch } from '#platform/telemetry/logs/logs.ts'
import { createLineReader, type ContainerLine } from './frames.ts'
import { labelsOf } from './labels.ts'
import { advanced, createSieve, type DockerPosition } from './state.ts'

const batchMax = 1_000
const gatherMs = 500

interface Following {
  docker: Docker
  id: string
  from: DockerPosition
  signal: AbortSignal
  /** Resolves when the batch is stored. */
  deliver: (batch: LogBatch) => Promise<void>
  /** Everything up to there is stored. */
  onStored: (position: DockerPosition, lines: number) => void
}

/** Stores what a container writes until it ends. @throws what the engine says when it cannot be read */
export async function followContainer({ docker, id, from, signal, deliver, onStored }: Following): Promise<string> {
  const container = docker.getContainer(id)
  const about = await container.inspect()
  const labels = labelsOf(about)
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    since: Number(BigInt(from.ns) / 1_000_000_000n),
    abortSignal: signal,
  })
  const read = createLineReader(about.Config.Tty)
  const isNew = createSieve(from)
  let position = from
  let waiting: ContainerLine[] = []

  const store = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = waiting.slice(0, batchMax)
      const reached = advanced(
        position,
        lines.map(({ timestampNs }) => timestampNs),
      )
      await deliver({
        id: `docker ${id} ${reached.ns} ${reached.same} ${lines.length}`,
        streams: streamsOf(lines, labels),
      })
      waiting = waiting.slice(lines.length)
      position = reached
      onStored(position, lines.length)
    }
  }

  let storing: Promise<void> | undefined
  let failure: unknown
  const storeSoon = (): Promise<void> =>
    (storing ??= delay(gatherMs, undefined, { ref: false })
      .then(store)
      .catch((error: unknown) => (failure = error))
      .finally(() => (storing = undefined))
      .then(() => undefined))

  try {
    for await (const chunk of stream) {
      waiting.push(...read(chunk as Buffer).filter(({ timestampNs }) => isNew(timestampNs)))
      if (waiting.length === 0) continue
      const soon = storeSoon()
      // The engine waits meanwhile: nothing more is read until there is room.
      if (waiting.length >= batchMax) await soon
      if (failure) throw failure
    }
  } finally {
    // What is on its way is stored and counted, or the next start would store it again.
    await storing
  }
  await store()
  return labels['container']!
}

function streamsOf(lines: readonly ContainerLine[], labels: Record<string, string>): LogBatch['streams'] {
  return (['stdout', 'stderr'] as const)
    .map((stream) => ({
      labels: { ...labels, stream },
      entries: lines.filter((line) => line.stream === stream).map(({ timestampNs, line }) => ({ timestampNs, line })),
    }))
    .filter(({ entries }) => entries.length > 0)
}

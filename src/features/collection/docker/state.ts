import { readFile } from 'node:fs/promises'
import * as z from 'zod'

const ns = z.string().regex(/^\d{1,20}$/)

/** The last line that was stored, and how many of exactly that time. */
const position = z.object({ ns, same: z.number().int() })

const state = z.object({
  /** Nothing older is read: what was there before the first start is not ours to copy. */
  since_ns: ns,
  containers: z.record(z.string(), position),
})

export type DockerPosition = z.output<typeof position>
export type DockerState = z.output<typeof state>

export async function loadDockerState(path: string, nowMs: number): Promise<DockerState> {
  try {
    return state.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return { since_ns: String(BigInt(Math.round(nowMs)) * 1_000_000n), containers: {} }
  }
}

/** Lets pass what comes after the position; the engine answers from the whole second on. */
export function createSieve({ ns, same }: DockerPosition): (timestampNs: bigint) => boolean {
  const lastNs = BigInt(ns)
  let seen = 0
  return (timestampNs) => {
    if (timestampNs > lastNs) return true
    return timestampNs === lastNs && ++seen > same
  }
}

/** Where one is after these lines, in their order. */
export function advanced(from: DockerPosition, timestamps: readonly bigint[]): DockerPosition {
  const newest = timestamps.reduce((max, ns) => (ns > max ? ns : max), BigInt(from.ns))
  const same = timestamps.filter((ns) => ns === newest).length
  return { ns: String(newest), same: String(newest) === from.ns ? from.same + same : same }
}

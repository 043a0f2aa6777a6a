import { readFile } from 'node:fs/promises'
import * as z from 'zod'

const position = z.object({
  path: z.string(),
  source: z.string(),
  offset: z.number().int().min(0),
  /** The beginning of the file: another beginning is another file, whatever its inode. */
  head: z.object({ bytes: z.number().int(), hash: z.string() }),
})

const part = z.object({ key: z.string(), from: z.number().int(), to: z.number().int() })

const state = z.object({
  /** By device and inode. */
  files: z.record(z.string(), position),
  /** What was read and may be stored already: read again with the same id it is stored once. */
  pending: z.object({ id: z.string(), at_ms: z.number(), parts: z.array(part) }).nullable(),
})

export type Position = z.output<typeof position>
export type State = z.output<typeof state>

/** What was kept, or nothing: where it was damaged, files are read from their beginning. */
export async function loadState(path: string): Promise<State> {
  try {
    return state.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return { files: {}, pending: null }
  }
}

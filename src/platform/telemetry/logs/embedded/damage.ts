import { isDamage } from './dayFile.ts'
import type { Block } from './lines.ts'

/** Runs what reads a block. One that is damaged is set aside, and has no lines from then on. */
export function reading<T>(block: Block, read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    if (!isDamage(error)) throw error
    block.quarantine()
    return otherwise
  }
}

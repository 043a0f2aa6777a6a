import { readFileSync } from 'node:fs'

/** Names the running kernel: the same in all its containers, another after each start. Undefined where none is known. */
export const bootId = (): string | undefined =>
  process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : undefined

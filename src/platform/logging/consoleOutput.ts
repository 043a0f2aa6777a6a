import { write } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

const writeTo = promisify(write)
const retryMs = 10

/**
 * Writes to standard output by file descriptor, in the background: `process.stdout` would hold up the
 * whole program while the reader of a pipe is slow, and break it when that reader goes away.
 */
export const writeStdout = (lines: string[]): Promise<void> => writeAll(1, Buffer.from(lines.join('')))

async function writeAll(descriptor: number, bytes: Buffer): Promise<void> {
  let written = 0
  while (written < bytes.length) written += await writeSome(descriptor, bytes, written)
}

async function writeSome(descriptor: number, bytes: Buffer, offset: number): Promise<number> {
  try {
    const { bytesWritten } = await writeTo(descriptor, bytes, offset)
    return bytesWritten
  } catch (error) {
    // A pipe or terminal whose buffer is full; its reader will make room.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    await wait(retryMs)
    return 0
  }
}

/** Tells of a fault of logging itself, where lines can no longer tell it. */
export const complain = (text: string): void => write(2, `${text}\n`, () => {})

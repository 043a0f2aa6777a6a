/** A place for lines. `write` never waits and never throws. */
export interface Sink {
  write(line: string): void
  /** Resolves when all that was written before is delivered, or given up. */
  flush(): Promise<void>
}

interface Queue {
  /** Brings lines to their place, all of them or none. */
  deliver: (lines: string[]) => Promise<void>
  /** Told once when delivery begins to fail, and again only after it worked in between. */
  onFailure: (error: unknown) => void
  /** The line that stands for lines that were lost. */
  describeLoss: (count: number) => string
  /** Characters that may wait; what comes beyond them is lost. */
  lengthMax?: number
}

/**
 * Delivers lines in the background, in order and in batches, so that a slow disk or a stuck reader
 * never holds up the program. Lines that cannot be delivered are lost, counted and confessed.
 */
export function queueSink({ deliver, onFailure, describeLoss, lengthMax = 8 * 1_048_576 }: Queue): Sink {
  let waiting: string[] = []
  let length = 0
  let lost = 0
  let failing = false
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      const lostBefore = lost
      waiting = []
      length = 0
      try {
        await deliver(lostBefore > 0 ? [describeLoss(lostBefore), ...batch] : batch)
        lost -= lostBefore
        failing = false
      } catch (error) {
        lost += batch.length
        if (!failing) onFailure(error)
        failing = true
      }
    }
    running = undefined
  }

  return {
    write(line) {
      if (length > 0 && length + line.length > lengthMax) {
        lost++
        return
      }
      waiting.push(line)
      length += line.length
      running ??= run()
    },
    flush: async () => {
      await running
    },
  }
}

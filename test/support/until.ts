import { setTimeout as delay } from 'node:timers/promises'

/** Waits until `holds` is true, asking every 10 ms; fails after `deadlineMs` with `what` in the message. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 20_000): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}`)
    await delay(10)
  }
}

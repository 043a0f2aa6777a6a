import type { Page } from 'playwright-core'

/** Frames a second, and the longest time between two. */
export const framesOver = (page: Page, seconds: number): Promise<{ perSecond: number; longestMs: number }> =>
  page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const began = performance.now()
        let last = began
        let frames = 0
        let longestMs = 0
        const frame = (): void => {
          const now = performance.now()
          longestMs = Math.max(longestMs, now - last)
          last = now
          frames++
          if (now - began < ms) requestAnimationFrame(frame)
          else resolve({ perSecond: (frames / (now - began)) * 1_000, longestMs })
        }
        requestAnimationFrame(frame)
      }),
    seconds * 1_000,
  )

/** Bytes that the page's scripts hold once nothing is held in vain. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** What the page of logs says below its lines; NaN for what it does not say. */
export async function logsStatusOf(page: Page): Promise<{ inRange: number; dropped: number; buffered: number }> {
  const text = await page
    .getByText(/lines? in range/)
    .locator('..')
    .innerText()
  const number = (words: string): number =>
    Number(new RegExp(`([\\d,]+) ${words}`).exec(text.replaceAll('\n', ' '))?.[1]?.replaceAll(',', '') ?? Number.NaN)
  return { inRange: number('lines? in range'), dropped: number('dropped'), buffered: number('buffered') }
}

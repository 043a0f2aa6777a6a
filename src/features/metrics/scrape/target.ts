import type { Labels } from '#platform/telemetry/labels.ts'

/** One address that is scraped. */
export interface ScrapeTarget {
  /** Tells it apart: source, job, address and labels. */
  key: string
  /** Changes with everything that the key does not tell. */
  definition: string
  source: 'file' | 'console'
  job: string
  /** Path and query included. */
  url: string
  intervalMs: number
  timeoutMs: number
  /** Beside `job` and `instance`, or instead of them. */
  labels: Labels
  /** `Authorization` to send, read anew for each scrape: tokens in files are renewed there. */
  authorization: (() => Promise<string>) | undefined
}

export const targetKey = (source: string, job: string, url: string, labels: Labels): string =>
  JSON.stringify([source, job, url, labels])

/** What every sample of the target is labelled with. */
export const labelsOf = ({ job, url, labels }: Pick<ScrapeTarget, 'job' | 'url' | 'labels'>): Labels => ({
  job,
  instance: new URL(url).host,
  ...labels,
})

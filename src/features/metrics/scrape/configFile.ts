import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { durationMs } from '#kernel/duration.ts'
import { targetKey, type ScrapeTarget } from './target.ts'

const length = z.string().transform((text, context) => {
  const ms = durationMs(text)
  if (ms !== undefined && ms > 0) return ms
  context.addIssue('must be a duration such as 15s')
  return z.NEVER
})

const labels = z.record(z.string().regex(/^[a-zA-Z_]\w*$/), z.coerce.string())

/** Of Prometheus' `scrape_config` what static targets need: anything else is refused by name, not ignored. */
const job = z.strictObject({
  job_name: z.string().min(1),
  scrape_interval: length.optional(),
  scrape_timeout: length.optional(),
  metrics_path: z.string().startsWith('/').default('/metrics'),
  scheme: z.enum(['http', 'https']).default('http'),
  params: z.record(z.string(), z.array(z.string())).optional(),
  static_configs: z
    .array(
      z.strictObject({
        targets: z.array(z.string().regex(/^[^/\s]+$/, 'must be host:port')),
        labels: labels.optional(),
      }),
    )
    .default([]),
  authorization: z
    .strictObject({
      type: z.string().default('Bearer'),
      credentials: z.string().optional(),
      credentials_file: z.string().optional(),
    })
    .optional(),
  bearer_token: z.string().optional(),
  bearer_token_file: z.string().optional(),
})

const configFile = z.object({
  global: z
    .object({
      scrape_interval: length.optional(),
      scrape_timeout: length.optional(),
      external_labels: labels.optional(),
    })
    .optional(),
  scrape_configs: z.array(job).default([]),
})

type Job = z.output<typeof job>

/** Static targets of a Prometheus configuration file. @throws Error that names what is wrong in the file */
export async function readScrapeConfig(file: string): Promise<ScrapeTarget[]> {
  // Loaded where there is such a file: its many modules would slow every other start.
  const { parse } = await import('yaml')
  const parsed = configFile.safeParse(parse(await readFile(file, 'utf8')) ?? {})
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
  const { global = {}, scrape_configs: jobs } = parsed.data
  return jobs.flatMap((one) => {
    const intervalMs = one.scrape_interval ?? global.scrape_interval ?? 60_000
    const timeoutMs = Math.min(intervalMs, one.scrape_timeout ?? global.scrape_timeout ?? 10_000)
    return one.static_configs.flatMap(({ targets, labels = {} }) =>
      targets.map((address): ScrapeTarget => {
        const url = addressOf(one, address)
        const all = { ...global.external_labels, ...labels }
        return {
          key: targetKey('file', one.job_name, url, all),
          definition: '',
          source: 'file',
          job: one.job_name,
          url,
          intervalMs,
          timeoutMs,
          labels: all,
          authorization: authorizationOf(one, dirname(file)),
        }
      }),
    )
  })
}

function addressOf({ scheme, metrics_path, params = {} }: Job, address: string): string {
  const url = new URL(metrics_path, `${scheme}://${address}`)
  for (const [name, values] of Object.entries(params)) for (const value of values) url.searchParams.append(name, value)
  return url.href
}

function authorizationOf(
  { authorization, bearer_token, bearer_token_file }: Job,
  folder: string,
): ScrapeTarget['authorization'] {
  const type = authorization?.type ?? 'Bearer'
  const token = authorization?.credentials ?? bearer_token
  if (token !== undefined) return async () => `${type} ${token}`
  const file = authorization?.credentials_file ?? bearer_token_file
  if (file === undefined) return undefined
  return async () => `${type} ${(await readFile(resolve(folder, file), 'utf8')).trim()}`
}

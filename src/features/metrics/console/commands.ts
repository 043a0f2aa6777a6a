import { apiPath } from '#console/apiPath.ts'
import { pb } from '#console/paths.ts'
import { absolute } from '#console/timeRange.ts'
import type { Found } from './useResults.ts'

/** The run as a call from a shell. */
export function curlOf({ answers, span, stepMs, mode }: Found): string {
  const body = JSON.stringify({
    queries: [...answers.q, ...answers.r].map(({ expression: query }) =>
      mode === 'instant'
        ? { query, to_ms: span.toMs }
        : { query, from_ms: span.fromMs, to_ms: span.toMs, step_ms: stepMs },
    ),
  })
  return [
    `curl ${location.origin}${apiPath('/metrics/query')}`,
    `-H "Authorization: Bearer $MIKTOS_KEY"`,
    `-H 'Content-Type: application/json'`,
    `--data ${shellQuoted(body)}`,
  ].join(' \\\n  ')
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** This page as it is, with the range standing still. */
export function linkTo({ span }: Found): string {
  const url = new URL(location.href)
  const { from, to } = absolute(span)
  url.searchParams.set('from', from)
  url.searchParams.set('to', to)
  url.searchParams.delete('refresh')
  return url.href
}

/** Logs of the same time from whatever has the labels that all series share. */
export function logsAddress(labels: Record<string, string>, { from, to }: { from: string; to: string }): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const search = new URLSearchParams({ ...(pairs.length > 0 && { q: `{${pairs.join(', ')}}` }), from, to })
  return `${pb.logs()}?${search}`
}

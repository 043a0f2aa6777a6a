import { apiPath } from '#console/apiPath.ts'
import type { Asked } from './queries.ts'
import { absolute } from '#console/timeRange.ts'

/** The search as a call from a shell. */
export function curlOf({ q, span }: Asked): string {
  const body = JSON.stringify({ query: q, ...absolute(span), limit: 500 })
  return [
    `curl ${location.origin}${apiPath('/logs/search')}`,
    `-H "Authorization: Bearer $MIKTOS_KEY"`,
    `-H 'Content-Type: application/json'`,
    `--data ${shellQuoted(body)}`,
  ].join(' \\\n  ')
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

import type { Matcher } from './queries.ts'

/** `alertname="High CPU usage"`, as it is written in Alertmanager. */
export const matcherText = ({ name, op, value }: Matcher): string => `${name}${op}${JSON.stringify(value)}`

/** What one matcher is read from: `name=value`, `name!="value"`, `name=~expression`. */
export function matcherFrom(text: string): Matcher | undefined {
  const [, name, op, raw = ''] = /^\s*([^\s=!~]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$/.exec(text) ?? []
  if (name === undefined || op === undefined) return undefined
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(raw)
  return { name, op: op as Matcher['op'], value: quoted ? quoted[1]!.replaceAll(/\\(.)/g, '$1') : raw }
}

import type { Config } from '#platform/config/config.ts'

/** Where people open the console, without a slash at the end. */
export function consoleUrl(config: Config): string {
  const given = config.get('public_url')
  if (given !== undefined) return given
  const host = config.get('server_host')
  // Nobody can open the addresses that stand for all of them.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${config.get('server_port')}`
}

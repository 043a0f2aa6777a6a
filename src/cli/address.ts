import type { Config } from '#platform/config/config.ts'

/** Where a server with this configuration is reached from this machine. */
export function addressOf(config: Config): string {
  const host = config.get('server_host')
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${reachable}:${config.get('server_port')}`
}

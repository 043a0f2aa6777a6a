import type { Config } from '#platform/config/config.ts'

/** Where a server with this configuration is reached from this machine. */
export const addressOf = (config: Config): string => addressAt(config.get('server_host'), config.get('server_port'))

/** Where a server that listens there is reached from this machine. */
export function addressAt(host: string, port: number | string): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${reachable}:${port}`
}

import type { Config } from '#platform/config/config.ts'
import type { Api, Transport } from './api.ts'
import type { Credential } from './credentials.ts'
import type { Environment } from './environment.ts'
import { CommandError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Options of every command that say which Miktos is meant. */
export interface Target {
  url?: string
  tokenFile?: string
  local?: boolean
  config?: string
  dataDir?: string
  databaseUrl?: string
}

/** What every command is given. */
export interface CommandContext {
  terminal: Terminal
  env: Environment
  target: Target
}

/** What is meant by the options, then the environment, then the last login; otherwise this machine. */
export async function urlOf({ env, target }: CommandContext): Promise<string | undefined> {
  const namesHere = target.local || target.config || target.dataDir || target.databaseUrl
  if (target.url && namesHere)
    throw new CommandError(
      'usage',
      '--url names a server, --local, --config, --data-dir and --database-url this machine; give one',
    )
  if (target.url) return cleanUrl(target.url)
  if (namesHere) return undefined
  if (env['MIKTOS_URL']) return cleanUrl(env['MIKTOS_URL'])
  const { openCredentials } = await import('./credentials.ts')
  return openCredentials(env).current()
}

export function cleanUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CommandError('usage', `"${url}" is not the address of a server`, 'Write it as https://miktos.example.org')
  }
  return url.replace(/\/+$/, '')
}

/** Flags for `loadConfig`, from the options that choose the data. */
const settingFlags = ({ config, dataDir, databaseUrl }: Target): string[] => [
  ...(config === undefined ? [] : [`--config=${config}`]),
  ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
  ...(databaseUrl === undefined ? [] : [`--database-url=${databaseUrl}`]),
]

/** Runs `work` with the server that is meant, or with the product in this process, on the data of `config` where that is given. */
export async function withApi<T>(context: CommandContext, work: (api: Api) => Promise<T>, config?: Config): Promise<T> {
  const done = context.terminal.progress('Opening …')
  const api = await (config ? local(config) : connect(context)).finally(done)
  try {
    return await work(api)
  } finally {
    await api.close()
  }
}

async function connect(context: CommandContext): Promise<Api> {
  const url = await urlOf(context)
  if (url === undefined) return local(await configHere(context))
  const { createApi } = await import('./api.ts')
  return createApi(await remote(context, url, await credentialFor(context, url)))
}

async function local(config: Config): Promise<Api> {
  const [{ createApi }, { openLocal }] = await Promise.all([import('./api.ts'), import('./local.ts')])
  return createApi(await openLocal(config))
}

/** The configuration of this machine, `flags` included. Throws ConfigError. */
export async function configHere({ env, target }: CommandContext, flags: readonly string[] = []): Promise<Config> {
  const { loadConfig } = await import('#platform/config/config.ts')
  return loadConfig({ argv: [...settingFlags(target), ...flags], env, cwd: process.cwd() })
}

/** What was given for this call, else what the login there left. */
export async function credentialFor(
  { terminal, env, target }: CommandContext,
  url: string,
): Promise<Credential | undefined> {
  const [{ openCredentials }, { readSecret }] = await Promise.all([import('./credentials.ts'), import('./ask.ts')])
  const given =
    target.tokenFile === undefined ? env['MIKTOS_TOKEN'] : await readSecret(terminal, '', { file: target.tokenFile })
  return given ? { kind: 'token', token: given.trim() } : openCredentials(env).find(url)
}

export async function remote(
  { terminal, env }: CommandContext,
  url: string,
  credential: Credential | undefined,
): Promise<Transport> {
  const [{ openRemote }, { openCredentials }, { readSecret }] = await Promise.all([
    import('./remote.ts'),
    import('./credentials.ts'),
    import('./ask.ts'),
  ])
  if (isOpenToEars(url))
    terminal.warn(`What goes to ${url} is not encrypted: whoever listens on the way can use your credentials`)
  return openRemote({
    url,
    credential,
    renewed: (renewed) => openCredentials(env).save(url, renewed),
    askAgain: async (username) => {
      if (!terminal.canAsk) return undefined
      terminal.warn('This needs your password again.')
      const password = await readSecret(terminal, `Password of ${username}: `, {})
      const otp = await readSecret(terminal, 'Code of your authenticator app, if you use one: ', {})
      return { password: password ?? '', ...(otp && { otp }) }
    },
  })
}

function isOpenToEars(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

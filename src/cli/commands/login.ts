import type * as z from 'zod'
import { authEndpoints } from '#features/auth/contract.ts'
import { createApi } from '../api.ts'
import { ask, readSecret } from '../ask.ts'
import { cleanUrl, remote, urlOf, type CommandContext } from '../connect.ts'
import { openCredentials, type Credential } from '../credentials.ts'
import { ApiError, CommandError } from '../failure.ts'
import { bold } from '../terminal.ts'

interface Options {
  username?: string
  passwordFile?: string
  signingSecretFile?: string
}

/** Keeps a session, or the API key in --token-file, for the commands that follow. */
export async function login(context: CommandContext, _args: string[], options: Options): Promise<void> {
  const { terminal, env, target } = context
  const given = target.url ?? env['MIKTOS_URL']
  if (!given) throw new CommandError('usage', 'Which server?', 'miktos login --url https://miktos.example.org')
  const url = cleanUrl(given)
  const { credential, name } =
    target.tokenFile === undefined ? await openSession(context, url, options) : await takeToken(context, url, options)
  openCredentials(env).save(url, credential)
  terminal.say('Logged in to ', bold(url), ` as ${name}. Commands go there from now on; --local means this machine.`)
}

interface LoggedIn {
  credential: Credential
  name: string
}

async function openSession(
  context: CommandContext,
  url: string,
  { username: given, passwordFile }: Options,
): Promise<LoggedIn> {
  const { terminal } = context
  const api = createApi(await remote(context, url, undefined))
  const username = given ?? (await ask(terminal, 'Username or e-mail address: ', 'Add --username NAME'))
  const password = await readSecret(terminal, 'Password: ', { file: passwordFile })
  if (password === undefined)
    throw new CommandError('usage', 'The password is missing', 'Add --password-file FILE, or - for standard input')

  const attempt = (otp?: string): Promise<z.output<typeof authEndpoints.login.reply>> =>
    api.call(authEndpoints.login, { body: { username, password, otp } })
  const { user, tokens } = await attempt().catch(async (error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 'MFA_REQUIRED') throw error
    const code = await readSecret(terminal, 'Code of your authenticator app: ', {})
    if (code === undefined) throw error
    return attempt(code)
  })
  if (!tokens) throw new CommandError('failure', 'The server sent no tokens')
  const { access_token, refresh_token } = tokens
  return { credential: { kind: 'session', username: user.username, access_token, refresh_token }, name: user.username }
}

async function takeToken(context: CommandContext, url: string, { signingSecretFile }: Options): Promise<LoggedIn> {
  const { terminal, target } = context
  const token = await readSecret(terminal, '', { file: target.tokenFile })
  const signing_secret =
    signingSecretFile === undefined ? undefined : await readSecret(terminal, '', { file: signingSecretFile })
  const credential: Credential = {
    kind: 'token',
    token: (token ?? '').trim(),
    ...(signing_secret && { signing_secret: signing_secret.trim() }),
  }
  const { user } = await createApi(await remote(context, url, credential)).call(authEndpoints.verify, {})
  return { credential, name: user.username }
}

/** Forgets the login in any case; the session is ended where the server can be reached. */
export async function logout(context: CommandContext): Promise<void> {
  const { terminal, env } = context
  const credentials = openCredentials(env)
  const url = await urlOf(context)
  const credential = url === undefined ? undefined : credentials.find(url)
  if (url === undefined || !credential)
    throw new CommandError('notFound', 'Nobody is logged in', 'miktos login --url URL')
  if (credential.kind === 'session') {
    await createApi(await remote(context, url, credential))
      .call(authEndpoints.logout, {})
      .catch((error: Error) => terminal.warn(`The session could not be ended there: ${error.message}`))
  }
  credentials.remove(url)
  terminal.say('Logged out of ', bold(url))
}

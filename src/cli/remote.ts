import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { WebSocket } from 'ws'
import * as z from 'zod'
import { signRequest } from '#features/api-keys/signature.ts'
import { ApiError, unreachable } from './failure.ts'
import { refusal, type IncomingAnswer, type OutgoingRequest, type Transport } from './api.ts'
import type { Credential, SessionCredential } from './credentials.ts'

export interface RemoteOptions {
  /** Without a slash at the end. */
  url: string
  credential: Credential | undefined
  /** Called with the tokens that replace those of a session. */
  renewed(credential: Credential): void
  /** The password of whoever is logged in, and a code where one is needed; undefined when nobody can be asked. */
  askAgain(username: string): Promise<{ password: string; otp?: string } | undefined>
}

/** A server over the network. Renews tokens, proves the person again and signs requests where the server asks for it. */
export function openRemote({ url, credential: given, renewed, askAgain }: RemoteOptions): Transport {
  let credential = given

  const renew = async (session: SessionCredential): Promise<boolean> => {
    const answer = await post(url, '/api/auth/refresh', { refresh_token: session.refresh_token }, undefined)
    if (answer.status >= 400) return false
    credential = { ...session, ...(await tokensIn(answer)) }
    renewed(credential)
    return true
  }

  const reauthenticate = async (session: SessionCredential): Promise<boolean> => {
    const proof = await askAgain(session.username)
    if (!proof) return false
    const answer = await post(url, '/api/auth/reauthenticate', proof, tokenOf(credential))
    if (answer.status >= 400) throw await refusal(answer)
    return true
  }

  /** Whether the refusal could be dealt with, so that the request is worth another try. */
  const mend = async ({ code }: ApiError): Promise<boolean> => {
    if (credential?.kind !== 'session') return false
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHENTICATED') return renew(credential)
    return code === 'REAUTHENTICATION_REQUIRED' && reauthenticate(credential)
  }

  const send = async (request: OutgoingRequest): Promise<IncomingAnswer> => {
    let signed = false
    for (let attempt = 1; ; attempt++) {
      const answer = await exchange(url, request, tokenOf(credential), signed ? secretOf(credential) : undefined)
      if (answer.status < 400) return answer
      const error = await refusal(answer)
      const canSign = error.code === 'SIGNATURE_REQUIRED' && !signed && secretOf(credential) !== undefined
      if (canSign) signed = true
      // Twice: an expired token first, then a proof that has become too old.
      else if (attempt > 2 || !(await mend(error))) throw error
    }
  }

  const open = async (path: string): Promise<WebSocket> => {
    const { openSocket } = await import('./socket.ts')
    return openSocket(url, path, tokenOf(credential)).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || !(await mend(error))) throw error
      return openSocket(url, path, tokenOf(credential))
    })
  }

  return { place: url, isLocal: false, authorized: given !== undefined, send, open, close: async () => undefined }
}

const tokenOf = (credential: Credential | undefined): string | undefined =>
  credential?.kind === 'session' ? credential.access_token : credential?.token

/** `ADMIN_TOKEN` signs with itself. */
const secretOf = (credential: Credential | undefined): string | undefined =>
  credential?.kind === 'token' ? (credential.signing_secret ?? credential.token) : undefined

async function exchange(
  url: string,
  { method, path, body }: OutgoingRequest,
  token: string | undefined,
  signingSecret: string | undefined,
): Promise<IncomingAnswer> {
  const target = new URL(url + path)
  const signedPath = target.pathname + target.search
  const response = await fetch(target, {
    method,
    redirect: 'error',
    headers: {
      accept: '*/*',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(signingSecret !== undefined && signRequest(signingSecret, { method, path: signedPath, body: body ?? '' })),
    },
    ...(body !== undefined && { body }),
  }).catch((error: unknown) => {
    throw unreachable(url, error)
  })
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    body: response.body ? Readable.fromWeb(response.body) : Readable.from([]),
  }
}

export const post = (url: string, path: string, body: object, token: string | undefined): Promise<IncomingAnswer> =>
  exchange(url, { method: 'POST', path, body: JSON.stringify(body) }, token, undefined)

const Tokens = z.object({ tokens: z.object({ access_token: z.string(), refresh_token: z.string() }) })

export const tokensIn = async ({ body }: IncomingAnswer): Promise<{ access_token: string; refresh_token: string }> =>
  z.object({ data: Tokens }).parse(JSON.parse(await text(body))).data.tokens

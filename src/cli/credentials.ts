import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { Environment } from './environment.ts'

const Session = z.object({
  kind: z.literal('session'),
  username: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
})

const Token = z.object({
  kind: z.literal('token'),
  token: z.string(),
  /** Signs sensitive requests of an API key that has to. */
  signing_secret: z.string().optional(),
})

const Credential = z.discriminatedUnion('kind', [Session, Token])
const File = z.object({ current: z.string().nullable(), servers: z.record(z.string(), Credential) })

export type Credential = z.output<typeof Credential>
export type SessionCredential = z.output<typeof Session>

/** What `miktos login` keeps, by the address of the server; a file that only its owner can read. */
export interface Credentials {
  readonly path: string
  /** Address of the server of the last login. */
  current(): string | undefined
  find(url: string): Credential | undefined
  save(url: string, credential: Credential): void
  /** False when there was none. */
  remove(url: string): boolean
}

export function openCredentials(env: Environment): Credentials {
  const path = join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'miktos', 'credentials.json')
  const read = (): z.output<typeof File> => readCredentials(path)
  const write = (file: z.output<typeof File>): void => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const beside = `${path}.${process.pid}`
    writeFileSync(beside, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
    // Another command may read at this moment: it finds the old file or the new one, never half of it.
    renameSync(beside, path)
  }
  return {
    path,
    current: () => read().current ?? undefined,
    find: (url) => read().servers[url],
    save: (url, credential) => write({ current: url, servers: { ...read().servers, [url]: credential } }),
    remove: (url) => {
      const { current, servers } = read()
      const { [url]: removed, ...rest } = servers
      const next = current === url ? null : current
      if (Object.keys(rest).length === 0) rmSync(path, { force: true })
      else write({ current: next, servers: rest })
      return removed !== undefined
    },
  }
}

function readCredentials(path: string): z.output<typeof File> {
  try {
    return File.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // None yet, or not ours to understand: the next login writes it anew.
    return { current: null, servers: {} }
  }
}

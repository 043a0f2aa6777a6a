import type * as z from 'zod'
import type { ErrorCode } from './errors.ts'
import type { Permission } from './permissions.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Which budget a request is counted against; the numbers are settings. */
export type RateClass = 'general' | 'logs' | 'metrics' | 'auth' | 'protocol' | 'unlimited'

/** Whose words errors are told in: those of the API that a path belongs to. */
export type Dialect = 'prometheus' | 'loki' | 'alertmanager'

/**
 * Who may call: anybody; anybody with credentials; a person in a session of their own (no API key,
 * whatever its scopes, touches its owner's account); the holder of one permission; or of any one of
 * several (the handler then narrows what is seen to what the stronger of them allows).
 */
export type Access = 'public' | 'authenticated' | 'session' | Permission | readonly [Permission, ...Permission[]]

/**
 * One HTTP endpoint as data: what it takes, what it returns, who may call it. Paths are written
 * without the mount (`/admin/users/{id}`); `{name*}` takes the rest of the path, slashes included.
 */
export interface Endpoint {
  method: Method
  path: `/${string}`
  /** Other spellings of the same operation: `/users`, or `GET /login` where the method differs too. */
  aliases?: readonly string[]
  /** `root`: stands outside the API, at the path itself and without an envelope. Defaults to `api`. */
  mount?: 'api' | 'root'
  /** Where it belongs to somebody else's protocol: errors are told as that protocol tells them. */
  dialect?: Dialect
  summary: string
  description?: string
  access: Access
  /** Defaults to `general`. */
  rate?: RateClass
  /**
   * The field that says what is asked: what is looked at of one question within a minute (its pages, its volume) is
   * counted once in `rate`, and each time as `general`.
   */
  question?: readonly [part: 'query' | 'body', field: string]
  /** Needs a fresh login (session) or a signed request (API key), see docs/security.md. */
  sensitive?: boolean
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /**
   * What is sent instead of JSON. `bytes`: anything, handed over as it came, up to `ingest_body_bytes_max`.
   * `form`: fields that count as if they stood in the query, for queries too long for a URL.
   */
  consumes?: 'bytes' | 'form'
  reply: z.ZodType
  /** Content type of a reply that is not JSON; such a reply is never put in an envelope. */
  produces?: string
  /** Success status; 200 unless told. */
  status?: 200 | 201 | 202 | 204
  errors?: readonly ErrorCode[]
  example?: { params?: unknown; query?: unknown; body?: unknown; reply?: unknown }
}

export type Endpoints = Record<string, Endpoint>

type Parsed<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined
type Given<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.input<S> : undefined

/** What the handler of an endpoint is given, after parsing. */
export interface Input<E extends Endpoint> {
  params: Parsed<E, 'params'>
  query: Parsed<E, 'query'>
  body: Parsed<E, 'body'>
}

type Part<K extends string, T> = [T] extends [undefined]
  ? unknown
  : object extends T
    ? { [P in K]?: T }
    : { [P in K]: T }

/** What a caller of an endpoint has to give: only the parts it takes. */
export type Request<E extends Endpoint> = Part<'params', Given<E, 'params'>> &
  Part<'query', Given<E, 'query'>> &
  Part<'body', Given<E, 'body'>>

export type Reply<E extends Endpoint> = z.output<E['reply']>

/** Endpoints of one feature keyed by what a caller writes: `'GET /admin/users'`. */
export type ByRoute<T extends Endpoints> = {
  [K in keyof T as `${T[K]['method']} ${T[K]['path']}`]: T[K]
}

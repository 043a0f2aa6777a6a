import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { logLevels, parseLogLevel } from '#platform/logging/level.ts'
import { isAllowEntry } from '#platform/outbound/allowList.ts'

/**
 * One way of writing a value. `read` turns the text of a flag, the environment or a file into the
 * value that `schema` then judges; what it cannot read it hands on unchanged, for the schema to refuse.
 */
export interface Kind<S extends z.ZodType = z.ZodType> {
  schema: S
  read: (raw: unknown) => unknown
}

const kind = <S extends z.ZodType>(schema: S, read: (raw: unknown) => unknown): Kind<S> => ({ schema, read })

const same = (raw: unknown): unknown => raw
const onText =
  (read: (text: string) => unknown) =>
  (raw: unknown): unknown =>
    typeof raw === 'string' ? read(raw.trim()) : raw

const asNumber = onText((text) => (/^[+-]?\d[\d_]*(\.\d+)?$/.test(text) ? Number(text.replaceAll('_', '')) : text))

const truthy = new Set(['true', '1', 'yes', 'on'])
const falsy = new Set(['false', '0', 'no', 'off'])
const asBoolean = (raw: unknown): unknown => {
  const word = String(raw).trim().toLowerCase()
  if (truthy.has(word)) return true
  return falsy.has(word) ? false : raw
}

/** A list is text with commas, or a list of YAML or JSON. */
const asList = onText((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

export const boolean = kind(z.boolean('must be true or false'), asBoolean)

export const integer = (minimum: number, maximum: number) => {
  const message = `must be a whole number from ${minimum} to ${maximum}`
  return kind(z.int(message).min(minimum, message).max(maximum, message), asNumber)
}

export const decimal = (minimum: number, maximum: number) => {
  const message = `must be a number from ${minimum} to ${maximum}`
  return kind(z.number(message).min(minimum, message).max(maximum, message), asNumber)
}

export const choice = <const T extends readonly [string, ...string[]]>(options: T) =>
  kind(
    z.enum(options, `must be one of ${options.join(', ')}`),
    onText((text) => text.toLowerCase()),
  )

export const logLevel = kind(z.enum(logLevels, `must be one of ${logLevels.join(', ')}`), (raw) =>
  typeof raw === 'string' || typeof raw === 'number' ? (parseLogLevel(String(raw)) ?? raw) : raw,
)

export const text = (lengthMax = 1_000) =>
  kind(
    z.string('must be text').min(1, 'must not be empty').max(lengthMax, `must be at most ${lengthMax} characters`),
    asText,
  )

/** YAML reads `docker_tag: 1.2` as a number; where text is wanted, what was written is what is meant. */
function asText(raw: unknown): unknown {
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : raw
}

export const secret = (lengthMin: number) =>
  kind(
    z
      .string('must be text')
      .min(lengthMin, `must be at least ${lengthMin} characters`)
      .max(4_096, 'must be at most 4096 characters'),
    asText,
  )

export const email = kind(z.email('must be an e-mail address'), same)

/** A path of this machine; relative ones are read from the working directory. */
export const path = kind(
  z
    .string('must be a path')
    .min(1, 'must be a path')
    .refine((value) => !value.includes('\0'), 'must be a path'),
  asText,
)

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i
/** Only digits and dots that are no address: a mistyped address, not a name. */
const isHost = (value: string): boolean => isIP(value) !== 0 || (hostName.test(value) && !/^[\d.]+$/.test(value))
const host = z.string('must be an IP address or a host name').refine(isHost, 'must be an IP address or a host name')

export const hostAddress = kind(host, onText(same))
export const hostAddresses = kind(z.array(host, 'must be a list of IP addresses or host names').max(1_000), asList)

const webUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://miktos.example.org' })
export const publicUrl = kind(
  webUrl,
  onText((value) => value.replace(/\/+$/, '')),
)

const isOrigin = (value: string): boolean => value === '*' || (URL.canParse(value) && new URL(value).origin === value)
export const origins = kind(
  z
    .array(
      z
        .string('must be an origin')
        .refine(isOrigin, 'must be an origin: scheme, host and port only, such as https://app.example.org')
        .refine(
          (value) => value !== '*',
          '"*" would let every site act with the login of its visitor; list the origins',
        ),
      'must be a list of origins, separated by commas',
    )
    .max(100),
  asList,
)

const cidrMessage = 'must be an address or a range, such as 10.0.0.0/8 or fd00::/8'
const toRange = (value: unknown): unknown =>
  typeof value === 'string' && isIP(value) !== 0 ? `${value}/${isIP(value) === 4 ? 32 : 128}` : value
/** Ranges of addresses; a bare address stands for itself alone. */
export const ranges = kind(
  z
    .array(
      z.string(cidrMessage).refine((value) => ipaddr.isValidCIDR(value), cidrMessage),
      'must be a list of ranges, separated by commas',
    )
    .max(1_000),
  (raw) => {
    const list = asList(raw)
    return Array.isArray(list) ? list.map(toRange) : list
  },
)

const allowMessage =
  'must be a range such as 10.1.0.0/16, an address, or an address or name with port such as 127.0.0.1:9000'
/** Destinations in this machine's own network that may be called. */
export const destinations = kind(
  z.array(z.string(allowMessage).refine(isAllowEntry, allowMessage), 'must be a list, separated by commas').max(1_000),
  asList,
)

const reservedPrefixes = [
  '/v1',
  '/ws',
  '/loki',
  '/prometheus',
  '/otlp',
  '/metrics',
  '/health',
  '/healthz',
  '/readyz',
  '/livez',
  '/socket.io',
  '/docs',
  '/assets',
  '/openapi.json',
]
const segment = /^(\/[a-z0-9][a-z0-9._~-]*)+$/i
export const apiPrefix = kind(
  z
    .string('must be a path')
    .regex(segment, 'must be a path that starts with "/" and does not end with it, such as /api/v1')
    .refine(
      (value) => value !== '/api',
      '"/api" is the other mount of the same interface; choose another, such as /api/v1',
    )
    .refine(
      (value) => value === '/api' || !value.startsWith('/api/') || /^\/api\/v\d+(\/|$)/.test(value),
      'lies where the other mount has its paths; below /api only a version may follow, such as /api/v2',
    )
    .refine(
      (value) => !reservedPrefixes.some((reserved) => value === reserved || value.startsWith(`${reserved}/`)),
      'lies in a part of the server that is taken; choose another, such as /api/v1',
    ),
  onText(same),
)

const databaseMessage =
  'must be sqlite:///relative.db, sqlite:////absolute.db, postgresql://user:password@host/name or mysql://user:password@host/name'
const isServerUrl = (value: string): boolean =>
  URL.canParse(value) && new URL(value).hostname !== '' && new URL(value).pathname.length > 1
const isDatabaseUrl = (value: string): boolean =>
  /^sqlite:\/\/\/+[^/]/.test(value) || (/^(postgres|postgresql|mysql|mariadb):\/\//.test(value) && isServerUrl(value))
export const databaseUrl = kind(z.string(databaseMessage).refine(isDatabaseUrl, databaseMessage), onText(same))

export const redisUrl = kind(
  z.url({ protocol: /^rediss?$/, error: 'must be redis://host:6379 or rediss://host:6379' }),
  onText(same),
)

const memoryMessage = 'must be an amount of memory such as 512m or 4g'
export const memory = kind(z.string(memoryMessage).regex(/^[1-9]\d*[bkmg]?$/, memoryMessage), (raw) =>
  typeof raw === 'number' ? String(raw) : onText((value) => value.toLowerCase())(raw),
)

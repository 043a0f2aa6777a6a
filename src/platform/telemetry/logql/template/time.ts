/** A moment and the zone it is told in. */
export class GoTime {
  readonly ns: bigint
  readonly zone: string

  constructor(ns: bigint, zone = 'UTC') {
    this.ns = ns
    this.zone = zone
  }

  get seconds(): bigint {
    return floorDivided(this.ns, 1_000_000_000n)
  }

  toString(): string {
    return formatTime(this, '2006-01-02 15:04:05.999999999 -0700 MST')
  }
}

/** What a Go program takes for no time: the first moment of year 1. */
export const zeroTime = new GoTime(-62_135_596_800_000_000_000n)

const layoutToken =
  /2006|January|Jan|Monday|Mon|MST|-07:00|-0700|-07|Z07:00|Z0700|Z07|[.,]0+(?!\d)|[.,]9+(?!\d)|002|01|02|03|04|05|06|15|_2|PM|pm|1|2|3|4|5/g

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Tells a time the way Go's example time is written in `layout`. */
export function formatTime({ ns, zone }: GoTime, layout: string): string {
  const offsetMin = zoneOffsetMin(zone, Number(ns / 1_000_000n))
  const ms = floorDivided(ns, 1_000_000n)
  const local = new Date(Number(ms) + offsetMin * 60_000)
  const nanos = String(ns - floorDivided(ns, 1_000_000_000n) * 1_000_000_000n).padStart(9, '0')
  const two = (value: number): string => String(value).padStart(2, '0')
  const hour12 = local.getUTCHours() % 12 || 12
  const parts: Record<string, () => string> = {
    '2006': () => String(local.getUTCFullYear()).padStart(4, '0'),
    '06': () => two(local.getUTCFullYear() % 100),
    January: () => months[local.getUTCMonth()]!,
    Jan: () => months[local.getUTCMonth()]!.slice(0, 3),
    Monday: () => weekdays[local.getUTCDay()]!,
    Mon: () => weekdays[local.getUTCDay()]!.slice(0, 3),
    '01': () => two(local.getUTCMonth() + 1),
    '1': () => String(local.getUTCMonth() + 1),
    '002': () => String(dayOfYear(local)).padStart(3, '0'),
    '02': () => two(local.getUTCDate()),
    _2: () => String(local.getUTCDate()).padStart(2),
    '2': () => String(local.getUTCDate()),
    '15': () => two(local.getUTCHours()),
    '03': () => two(hour12),
    '3': () => String(hour12),
    '04': () => two(local.getUTCMinutes()),
    '4': () => String(local.getUTCMinutes()),
    '05': () => two(local.getUTCSeconds()),
    '5': () => String(local.getUTCSeconds()),
    PM: () => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
    pm: () => (local.getUTCHours() < 12 ? 'am' : 'pm'),
    MST: () => zoneName(zone, Number(ms)),
  }
  return layout.replaceAll(layoutToken, (token) => {
    const part = Object.hasOwn(parts, token) ? parts[token] : undefined
    if (part) return part()
    if (token[1] === '0' && /^[.,]/.test(token)) return token[0]! + nanos.slice(0, token.length - 1)
    if (token[1] === '9') {
      const digits = nanos.slice(0, token.length - 1).replace(/0+$/, '')
      return digits && token[0]! + digits
    }
    if (token.startsWith('Z') && offsetMin === 0) return 'Z'
    return offsetText(offsetMin, token)
  })
}

function offsetText(offsetMin: number, token: string): string {
  const sign = offsetMin < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(offsetMin) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offsetMin) % 60).padStart(2, '0')
  if (token.length === 3) return sign + hours
  return token.includes(':') ? `${sign}${hours}:${minutes}` : `${sign}${hours}${minutes}`
}

const dayOfYear = (date: Date): number =>
  Math.round(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
      86_400_000,
  ) + 1

const shapes: Record<string, string> = {
  '2006': String.raw`(?<year>\d{4})`,
  '06': String.raw`(?<shortYear>\d\d)`,
  January: String.raw`(?<month>[A-Z][a-z]+)`,
  Jan: String.raw`(?<month>[A-Z][a-z]{2})`,
  Monday: '[A-Z][a-z]+',
  Mon: '[A-Z][a-z]{2}',
  '01': String.raw`(?<monthNumber>\d\d)`,
  '1': String.raw`(?<monthNumber>\d\d?)`,
  '02': String.raw`(?<day>\d\d)`,
  _2: String.raw` ?(?<day>\d\d?)`,
  '2': String.raw`(?<day>\d\d?)`,
  '002': String.raw`(?<dayOfYear>\d{3})`,
  '15': String.raw`(?<hour>\d\d)`,
  '03': String.raw`(?<hour>\d\d)`,
  '3': String.raw`(?<hour>\d\d?)`,
  '04': String.raw`(?<minute>\d\d)`,
  '4': String.raw`(?<minute>\d\d?)`,
  '05': String.raw`(?<second>\d\d)(?<fraction>[.,]\d+)?`,
  '5': String.raw`(?<second>\d\d?)(?<fraction>[.,]\d+)?`,
  PM: '(?<half>AM|PM)',
  pm: '(?<half>am|pm)',
  MST: '[A-Z]{3,5}',
}

/** Longer texts are no times. */
const timeMax = 100

/** Reads a time written like Go's example time in `layout`; null where it is not. */
export function parseTime(layout: string, text: string, zone: string): GoTime | null {
  if (layout.length > timeMax || text.length > timeMax) return null
  const seen = new Set<string>()
  let source = ''
  let at = 0
  for (const { 0: token, index } of layout.matchAll(layoutToken)) {
    if (seen.has(token)) return null
    seen.add(token)
    source += RegExp.escape(layout.slice(at, index))
    // Fractions are read with the seconds, whether the layout has them or not.
    if (!/^[.,]/.test(token))
      source += Object.hasOwn(shapes, token)
        ? shapes[token]!
        : token.startsWith('Z')
          ? '(?<zone>Z|[+-]\\d\\d:?(?:\\d\\d)?)'
          : '(?<zone>[+-]\\d\\d:?(?:\\d\\d)?)'
    at = index + token.length
  }
  source += RegExp.escape(layout.slice(at))
  const shape = shapeOf(source)
  const found = shape?.exec(text)?.groups
  return found ? timeOf(found, zone) : null
}

function shapeOf(source: string): RegExp | null {
  try {
    return new RegExp(`^${source}$`)
  } catch (error) {
    // A layout that names a part twice.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function timeOf(found: Record<string, string | undefined>, zone: string): GoTime | null {
  const number = (name: string, otherwise: number): number =>
    found[name] === undefined ? otherwise : Number(found[name])
  const shortYear = number('shortYear', 0)
  const year =
    found.year === undefined
      ? found.shortYear === undefined
        ? 0
        : shortYear + (shortYear < 69 ? 2000 : 1900)
      : Number(found.year)
  const month =
    found.month === undefined ? number('monthNumber', 1) - 1 : months.findIndex((name) => name.startsWith(found.month!))
  let hour = number('hour', 0)
  if (found.half) hour = (hour % 12) + (found.half.toUpperCase() === 'PM' ? 12 : 0)
  const day = found.dayOfYear === undefined ? number('day', 1) : Number(found.dayOfYear)
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  date.setUTCHours(hour, number('minute', 0), number('second', 0))
  if (month < 0 || month > 11 || hour > 23 || (found.dayOfYear === undefined && date.getUTCDate() !== day)) return null
  const nanos = BigInt((found.fraction ?? '.').slice(1, 10).padEnd(9, '0'))
  const offsetMin =
    found.zone === undefined
      ? zoneOffsetMin(zone, date.getTime() - zoneOffsetMin(zone, date.getTime()) * 60_000)
      : parsedOffsetMin(found.zone)
  return new GoTime(
    (BigInt(date.getTime()) - BigInt(offsetMin * 60_000)) * 1_000_000n + nanos,
    found.zone === undefined ? zone : 'UTC',
  )
}

function parsedOffsetMin(text: string): number {
  if (text === 'Z') return 0
  const digits = text.slice(1).replace(':', '')
  return (text.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0))
}

const formats = new Map<string, Intl.DateTimeFormat | null>()

/** How far the zone is ahead of UTC at that time. Unknown zones count as UTC. */
function zoneOffsetMin(zone: string, atMs: number): number {
  if (zone === 'UTC' || zone === 'Local' || zone === '') return 0
  const name = zonePart(zone, atMs, 'longOffset')
  const found = /GMT([+-]\d\d):(\d\d)/.exec(name)
  return found ? Number(found[1]) * 60 + (found[1]!.startsWith('-') ? -1 : 1) * Number(found[2]) : 0
}

const zoneName = (zone: string, atMs: number): string =>
  zone === 'UTC' || zone === 'Local' || zone === '' ? 'UTC' : zonePart(zone, atMs, 'short')

function zonePart(zone: string, atMs: number, timeZoneName: 'longOffset' | 'short'): string {
  const key = `${timeZoneName} ${zone}`
  let format = formats.get(key)
  if (format === undefined) {
    format = openFormat(zone, timeZoneName)
    if (formats.size < 1_000) formats.set(key, format)
  }
  return format?.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}

function openFormat(timeZone: string, timeZoneName: 'longOffset' | 'short'): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function floorDivided(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

import type { levels, reducers, units } from '../board.ts'

type Unit = (typeof units)[number]
type Level = (typeof levels)[number]
type Reducer = (typeof reducers)[number]

const unitsByName: Record<string, Unit> = {
  '': 'number',
  none: 'number',
  short: 'number',
  locale: 'number',
  s: 'seconds',
  dtdurations: 'seconds',
  ms: 'milliseconds',
  dtdurationms: 'milliseconds',
  bytes: 'bytes',
  decbytes: 'bytes',
  Bps: 'bytes_per_second',
  binBps: 'bytes_per_second',
  decBps: 'bytes_per_second',
  percent: 'percent',
  percentunit: 'ratio',
  ...Object.fromEntries(
    ['reqps', 'rps', 'wps', 'ops', 'iops', 'cps', 'eps', 'mps', 'pps', 'hertz'].map((name) => [name, 'per_second']),
  ),
}

/** Undefined for a unit without a counterpart. */
export const unitOf = (name: string): Unit | undefined =>
  Object.hasOwn(unitsByName, name) ? unitsByName[name] : undefined

const reducersByName: Record<string, Reducer> = {
  last: 'last',
  lastNotNull: 'last',
  current: 'last',
  mean: 'mean',
  avg: 'mean',
  min: 'min',
  max: 'max',
  sum: 'sum',
  total: 'sum',
}

export const reducerOf = (name: string): Reducer | undefined =>
  Object.hasOwn(reducersByName, name) ? reducersByName[name] : undefined

const levelsByWord: [RegExp, Level][] = [
  [/green/, 'ok'],
  [/yellow|orange/, 'warn'],
  [/red/, 'error'],
  [/blue/, 'info'],
  [/purple/, 'critical'],
]

/** From a degree of the colour circle on. */
const levelsByHue: [number, Level][] = [
  [340, 'error'],
  [260, 'critical'],
  [170, 'info'],
  [70, 'ok'],
  [18, 'warn'],
  [0, 'error'],
]

/** What a colour stands for: a name (`semi-dark-red`), `#d44a3a` or `rgba(50, 172, 45, 0.97)`. */
export function levelOf(colour: string): Level {
  const byWord = levelsByWord.find(([word]) => word.test(colour))
  if (byWord) return byWord[1]
  const hue = hueOf(rgbOf(colour))
  return hue === undefined ? 'unknown' : levelsByHue.find(([from]) => hue >= from)![1]
}

function rgbOf(colour: string): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour)
  if (hex) return hex.slice(1).map((part) => Number.parseInt(part, 16))
  const decimal = /^rgba?\((\d+),\s*(\d+),\s*(\d+)/.exec(colour)
  return decimal ? decimal.slice(1).map(Number) : []
}

/** 0 to 360; undefined for greys. */
function hueOf([red = 0, green = 0, blue = 0]: number[]): number | undefined {
  const most = Math.max(red, green, blue)
  const spread = most - Math.min(red, green, blue)
  if (spread < 20) return undefined
  if (most === red) return (60 * ((green - blue) / spread) + 360) % 360
  return most === green ? 60 * ((blue - red) / spread + 2) : 60 * ((red - green) / spread + 4)
}

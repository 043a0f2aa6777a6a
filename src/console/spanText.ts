const spanUnits: [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
]

/** `5m`, `90s`: as it is written into a field. */
export function spanText(seconds: number): string {
  const unit = seconds === 0 ? undefined : spanUnits.find(([, size]) => seconds % size === 0)
  return unit ? `${seconds / unit[1]}${unit[0]}` : `${seconds}s`
}

/** Seconds of `5m`, `90`, `1h 30m`; undefined where it is none of them. */
export function secondsOf(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d{1,8}$/.test(trimmed)) return Number(trimmed)
  if (!/^(?:\d{1,8}\s*[dhms]\s*)+$/.test(trimmed)) return undefined
  const sizes: Record<string, number> = { ...Object.fromEntries(spanUnits), s: 1 }
  return [...trimmed.matchAll(/(\d+)\s*([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * sizes[unit!]!,
    0,
  )
}

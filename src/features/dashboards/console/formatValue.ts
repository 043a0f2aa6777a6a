import { formatUnit } from '#console/ui/unit.ts'
import { chartUnits } from './choices.ts'
import type { Panel } from './queries.ts'

/** With its unit; `–` where there is none. */
export function formatValue(value: number | null, { unit, decimals }: Pick<Panel, 'unit' | 'decimals'>): string {
  if (value === null) return '–'
  if (decimals === null) return unit === 'seconds' ? formatSeconds(value) : formatUnit(value, chartUnits[unit])
  if (unit === 'number') return value.toFixed(decimals)
  if (unit === 'percent' || unit === 'ratio') return `${(unit === 'ratio' ? value * 100 : value).toFixed(decimals)} %`
  return formatUnit(value, chartUnits[unit])
}

/** From two hours on nobody wants to count minutes: `3 d 4 h`. */
function formatSeconds(seconds: number): string {
  if (seconds < 7_200) return formatUnit(seconds, 'seconds')
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3_600)]
  return days > 0 ? `${days} d ${hours} h` : `${hours} h ${Math.floor((seconds % 3_600) / 60)} min`
}

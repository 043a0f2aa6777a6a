const heights = '▁▂▃▄▅▆▇█'

/** Numbers in the order of time as one line, of those that share a cell the greatest; a blank where there is none. */
export function sparkline(values: readonly (number | undefined)[], cellsMax: number): string {
  const finite = values.filter(isFinite)
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity)
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity)
  const cells = Math.min(cellsMax, values.length)
  return Array.from({ length: cells }, (_, cell) => {
    const [from, to] = [cell, cell + 1].map((edge) => Math.floor((edge * values.length) / cells))
    const shared = values.slice(from, to).filter(isFinite)
    if (shared.length === 0) return ' '
    const share = high === low ? 0 : (Math.max(...shared) - low) / (high - low)
    return heights[Math.round(share * (heights.length - 1))]!
  }).join('')
}

const isFinite = (value: number | undefined): value is number => Number.isFinite(value)

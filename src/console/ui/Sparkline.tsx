interface SparklineProps {
  /** For screen readers: `Requests per second, last 10 minutes`. */
  label: string
  values: (number | null)[]
  /** Upper end; the highest value unless told. */
  max?: number
  height?: number
  /** CSS colour. */
  colour?: string
}

/** A small line without axes, as wide as its place. Gaps stay gaps. */
export function Sparkline({ label, values, max, height = 28, colour = 'var(--series-1)' }: SparklineProps) {
  const top = Math.max(max ?? Math.max(...values.map((value) => value ?? 0)), 1e-9)
  const x = (index: number): number => (values.length < 2 ? 0 : (index / (values.length - 1)) * 100)
  const y = (value: number): number => 1 + (1 - Math.min(value / top, 1)) * (height - 2)
  const path = values
    .map((value, index) => {
      if (value === null) return ''
      const starts = index === 0 || values[index - 1] === null
      return `${starts ? 'M' : 'L'}${x(index).toFixed(2)} ${y(value).toFixed(2)}`
    })
    .join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 100 ${height}`}
      preserveAspectRatio="none"
      className="mt-1 block w-full"
      style={{ height }}
    >
      <path
        d={path}
        fill="none"
        stroke={colour}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}

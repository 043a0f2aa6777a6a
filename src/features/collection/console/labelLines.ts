type Labels = Readonly<Record<string, string>>

/** `env=prod`, one a line. */
export const labelLines = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')

/** The other way round; `wrong` is the first line that is none. */
export function labelsFrom(text: string): { labels: Record<string, string>; wrong: string | undefined } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const pairs = lines.map((line) => /^([a-zA-Z_]\w*)\s*=\s*(.+)$/.exec(line))
  return {
    labels: Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1]!, pair[2]!]] : []))),
    wrong: lines[pairs.indexOf(null)],
  }
}

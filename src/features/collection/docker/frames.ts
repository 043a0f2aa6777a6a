export type StreamName = 'stdout' | 'stderr'

export interface ContainerLine {
  stream: StreamName
  timestampNs: bigint
  line: string
}

const headerBytes = 8
/** A line that a container never ends is given in parts. */
const lineBytesMax = 256 * 1024
/** 2026-11-22T10:00:00.123456789Z, as the engine writes before each entry. */
const prefix = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /

/** RFC3339Nano; undefined where the text does not begin with one and a space. */
export function timeOf(text: string): { timestampNs: bigint; length: number } | undefined {
  const found = prefix.exec(text)
  if (!found) return undefined
  const [whole, seconds, fraction = '', zone] = found
  const ms = Date.parse(`${seconds}${zone}`)
  return { timestampNs: BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0')), length: whole.length }
}

/** Takes the bytes of a container's log apart, however they are cut; with a terminal there is one stream without frames. */
export function createLineReader(tty: boolean): (chunk: Buffer) => ContainerLine[] {
  const open: Record<StreamName, { timestampNs: bigint; parts: string[]; length: number } | undefined> = {
    stdout: undefined,
    stderr: undefined,
  }
  let rest: Buffer = Buffer.alloc(0)

  /** One entry, or a part of one: the engine cuts what is longer than 16 kB and puts the time before each part. */
  const take = (stream: StreamName, text: string): ContainerLine[] => {
    const time = timeOf(text)
    const content = time ? text.slice(time.length) : text
    const begun = (open[stream] ??= { timestampNs: time?.timestampNs ?? 0n, parts: [], length: 0 })
    begun.parts.push(content)
    begun.length += content.length
    if (!text.endsWith('\n') && begun.length < lineBytesMax) return []
    open[stream] = undefined
    const line = begun.parts.join('').trimEnd()
    return line === '' ? [] : [{ stream, timestampNs: begun.timestampNs, line }]
  }

  const readFrames = (): ContainerLine[] => {
    const lines: ContainerLine[] = []
    let at = 0
    while (rest.length - at >= headerBytes) {
      const end = at + headerBytes + rest.readUInt32BE(at + 4)
      if (rest.length < end) break
      lines.push(...take(rest[at] === 2 ? 'stderr' : 'stdout', rest.toString('utf8', at + headerBytes, end)))
      at = end
    }
    rest = rest.subarray(at)
    return lines
  }

  const readLines = (): ContainerLine[] => {
    const lines: ContainerLine[] = []
    let at = 0
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a, at)) {
      lines.push(...take('stdout', rest.toString('utf8', at, end + 1)))
      at = end + 1
    }
    rest = rest.subarray(at)
    if (rest.length > lineBytesMax) {
      lines.push(...take('stdout', `${rest.toString()}\n`))
      rest = Buffer.alloc(0)
    }
    return lines
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    return tty ? readLines() : readFrames()
  }
}

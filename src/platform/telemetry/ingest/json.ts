import { AppError } from '#kernel/errors.ts'

const depthMax = 64
/** An array within an array is two bytes and some fifty of memory. */
const valuesMax = 2_000_000

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/**
 * Parses a body of JSON whose cost has been looked at first: its values are counted, and its depth, since what
 * walks over the result walks by recursion.
 * @throws AppError MALFORMED_REQUEST, PAYLOAD_TOO_LARGE
 */
export function parseJson(body: Buffer): unknown {
  checkShape(body)
  return parseJsonText(body.toString('utf8'))
}

/** @throws AppError MALFORMED_REQUEST in the words of the engine, which name the place */
function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'not readable'
    throw new AppError('MALFORMED_REQUEST', `The body is not valid JSON: ${reason.slice(0, 200)}`)
  }
}

/** @throws AppError MALFORMED_REQUEST for one too deep, PAYLOAD_TOO_LARGE for one with too many values */
export function checkShape(body: Buffer): void {
  let depth = 0
  let values = 0
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]!
    if (byte === quote) index = endOfText(body, index)
    else if (byte === comma) values++
    // `[` and `{`, `]` and `}` differ by one bit.
    else if ((byte | 0x20) === 0x7b) {
      values++
      if (++depth > depthMax)
        throw new AppError('MALFORMED_REQUEST', `The JSON nests deeper than ${depthMax} (at byte ${index})`)
    } else if ((byte | 0x20) === 0x7d) depth--
  }
  if (values > valuesMax)
    throw new AppError('PAYLOAD_TOO_LARGE', `The JSON has more than ${valuesMax} values`, { values_max: valuesMax })
}

/** Where the text ends that begins at `start`. */
function endOfText(body: Buffer, start: number): number {
  let index = start + 1
  while (index < body.length && body[index] !== quote) index += body[index] === backslash ? 2 : 1
  return index
}

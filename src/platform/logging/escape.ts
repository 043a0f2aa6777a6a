/**
 * What could end a line, move a cursor or turn text around: control characters (C0, DEL, C1),
 * bidirectional controls, line and paragraph separators, and the invisible U+FEFF.
 */
const dangerous = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Shows dangerous characters as `\n` or `\u202e`. Of JSON the result is still JSON with the same meaning. */
export const escapeControls = (text: string): string =>
  text.replace(
    dangerous,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

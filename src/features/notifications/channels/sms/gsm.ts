/** What one SMS holds in the alphabet of GSM 03.38; anything outside of it makes it 70. */
export const smsLengthMax = 160

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** These cost two. */
const extended = new Set('^{}\\[~]|€')

/** Places it takes; Infinity where a character is outside of the alphabet. */
export const gsmLength = (text: string): number =>
  [...text].reduce((sum, character) => sum + (basic.has(character) ? 1 : extended.has(character) ? 2 : Infinity), 0)

const substitutes: Record<string, string> = {
  '…': '...',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '`': "'",
}

/** The text in that alphabet: accents go, what has no counterpart becomes `?`. */
export const toGsm = (text: string): string => [...text.normalize('NFC')].map(characterInGsm).join('')

function characterInGsm(character: string): string {
  if (gsmLength(character) < Infinity) return character
  const plain = substitutes[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '')
  return plain !== '' && gsmLength(plain) < Infinity ? plain : '?'
}

/** The beginning of a text of that alphabet, ending in `...` where it did not fit. */
export function cutGsm(text: string, lengthMax: number): string {
  if (gsmLength(text) <= lengthMax) return text
  let kept = ''
  for (const character of text) {
    if (gsmLength(kept + character) > lengthMax - 3) break
    kept += character
  }
  return `${kept}...`
}

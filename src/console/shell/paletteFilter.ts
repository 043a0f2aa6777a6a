/**
 * How well an entry fits what was typed, 0 to 1: 0 leaves it out. Every word that was typed has to begin one of the
 * entry's words or stand within its name; letters strewn over it do not count.
 */
export function fitOf(name: string, typed: string, keywords: readonly string[] = []): number {
  const whole = name.toLowerCase()
  const wanted = typed.toLowerCase().trim()
  if (whole.startsWith(wanted)) return 1
  return Math.min(...wanted.split(/\s+/).map((word) => fitOfWord(whole, word, keywords)))
}

function fitOfWord(name: string, word: string, keywords: readonly string[]): number {
  if (name.split(/[\s@.·-]+/).some((part) => part.startsWith(word))) return 0.9
  if (name.includes(word)) return 0.7
  return keywords.some((keyword) => keyword.toLowerCase().startsWith(word)) ? 0.5 : 0
}

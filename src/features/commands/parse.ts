import { invalid } from '#kernel/errors.ts'

const wordsMax = 100

/**
 * A command line in words, as people type it: separated by spaces, with '…' and "…" around words that hold some, and a
 * backslash before a sign that is meant literally. Nothing else is special: no variables, no patterns, no `;` or `|`,
 * because no shell ever sees it.
 * @throws AppError VALIDATION_FAILED
 */
export function wordsOf(text: string): [verb: string, ...args: string[]] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]!
    if (sign === '\\' && quote !== "'") {
      if (index + 1 === text.length) throw invalid('command', 'A backslash at the end has nothing after it')
      word = (word ?? '') + text[++index]!
    } else if (quote !== undefined) {
      if (sign === quote) quote = undefined
      else word = (word ?? '') + sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ''
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + sign
  }
  if (quote !== undefined) throw invalid('command', `A ${quote} is opened and not closed`)
  if (word !== undefined) words.push(word)
  if (words.length > wordsMax) throw invalid('command', `At most ${wordsMax} words`)
  const [verb, ...args] = words
  if (!verb) throw invalid('command', 'Write a command, such as "start_mode combat"')
  return [verb, ...args]
}

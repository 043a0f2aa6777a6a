/** Stands where something was taken out; `kind` says what. */
export const redacted = (kind: string): string => `‹redacted:${kind}›`

interface Pattern {
  kind: string
  /** Text without any of these cannot match; most lines have none and cost a search or two. */
  hints: readonly string[]
  find: RegExp
  /** What stands there instead, given the match and its groups; the mark alone unless told. */
  write?: (match: string, ...groups: string[]) => string
}

const hasDigit = /\d/

/**
 * What is secret or personal wherever it stands. Text may come from a stranger, so no pattern begins
 * with an unbounded repetition or looks far ahead from many places: the time stays linear.
 */
const patterns: readonly Pattern[] = [
  {
    kind: 'private-key',
    hints: ['PRIVATE KEY'],
    find: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  {
    kind: 'password',
    hints: ['://'],
    find: /:\/\/([^\s:@/?#]*):[^\s/?#]*@/g,
    write: (_, user) => `://${user}:${redacted('password')}@`,
  },
  {
    kind: 'token',
    hints: ['earer', 'EARER'],
    find: /\b(bearer)\s+([\w.~+/=-]{8,})/gi,
    write: (match, scheme, token) =>
      hasDigit.test(token ?? '') || (token ?? '').length >= 24 ? `${scheme} ${redacted('token')}` : match,
  },
  {
    kind: 'password',
    hints: ['asic ', 'ASIC '],
    find: /\b(basic)\s+([A-Za-z0-9+/]{4,}={0,2})/gi,
    write: (match, scheme, encoded) =>
      Buffer.from(encoded ?? '', 'base64').includes(':') ? `${scheme} ${redacted('password')}` : match,
  },
  { kind: 'token', hints: ['eyJ'], find: /\beyJ[\w-]{8,8192}(?:\.[\w-]*){1,4}/g },
  { kind: 'api-key', hints: ['mk_'], find: /(?<![A-Za-z0-9])mk_[\w-]{12,}/g },
  { kind: 'refresh-token', hints: ['mr_'], find: /(?<![A-Za-z0-9])mr_[\w-]{12,}/g },
  {
    kind: 'api-key',
    hints: ['sk-', 'ghp_', 'gho_', 'ghs_', 'github_pat_', 'glpat-', 'xox', 'hf_', 'AIza'],
    find: /(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|gh[pos]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|hf_[A-Za-z0-9]{20,}|AIza[\w-]{30,})/g,
  },
  { kind: 'aws-key', hints: ['AKIA', 'ASIA'], find: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  {
    kind: 'secret',
    hints: ['='],
    find: /(password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|cookie|otp)=("[^"]{0,2000}"|'[^']{0,2000}'|[^\s,;&"')\]}]+)/gi,
    write: (_, name, value) => `${name}=${marked(value)}`,
  },
  {
    kind: 'secret',
    hints: [':'],
    find: /(password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|cookie|otp)(["']?\s{0,4}:\s{0,4})("[^"]{0,2000}"|'[^']{0,2000}'|(?=[^\s,;"']{0,200}\d)[^\s,;"'}\]]+)/gi,
    write: (_, name, colon, value) => `${name}${colon}${marked(value)}`,
  },
  {
    kind: 'email',
    hints: ['@'],
    find: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/gu,
  },
  {
    kind: 'card',
    hints: [''],
    find: /(?<![\w.])[2-6](?:[ -]?\d){12,18}(?!\w)/g,
    write: (match) => (isCard(match.replaceAll(/\D/g, '')) ? redacted('card') : match),
  },
]

const marked = (value = ''): string => (value.includes('‹redacted:') ? value : redacted('secret'))

/** Nothing of the above can be in a text without one of these. Most texts have none and cost this one search. */
const suspicious =
  /@|:\/\/|PRIVATE KEY|earer|asic |eyJ|m[kr]_|sk-|gh[pos]_|github_pat_|glpat-|xox|hf_|AIza|AKIA|ASIA|(?:pass|pwd|secret|token|key|authorization|cookie|otp)[\w-]{0,6}["']?\s{0,4}[=:]|[2-6](?:[ -]?\d){12}/i

/** The text with secrets and personal data taken out of it: tokens, keys, passwords, e-mail addresses, card numbers. */
export const redactText = (text: string): string => without(patterns, text)

/** What is taken out, by the names of its marks. */
export const redactedKinds: readonly string[] = [...new Set(patterns.map(({ kind }) => kind))]

/** Takes out all but some kinds. */
export function redactorWithout(kinds: ReadonlySet<string>): (text: string) => string {
  const wanted = patterns.filter(({ kind }) => !kinds.has(kind))
  return (text) => without(wanted, text)
}

const secretPatterns = patterns.filter(({ kind }) => kind !== 'email')

/** The text without its secrets; e-mail addresses stay. */
export const maskText = (text: string): string => without(secretPatterns, text)

function without(unwanted: readonly Pattern[], text: string): string {
  if (!suspicious.test(text)) return text
  let result = text
  for (const { kind, hints, find, write } of unwanted) {
    if (!hints.some((hint) => result.includes(hint))) continue
    result = result.replace(find, write ?? (() => redacted(kind)))
  }
  return result
}

/** First digits of the card schemes and their lengths. Times in Unix milliseconds begin with 1, so they never count. */
const cardForm = /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6\d{15,18})$/

/** Whether digits have the form of a payment card number and pass the Luhn check. */
export function isCard(digits: string): boolean {
  if (!cardForm.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
